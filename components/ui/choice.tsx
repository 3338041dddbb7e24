import { type ComponentProps, type ReactNode, useId } from "react";
import { FieldError } from "#components/ui/field.tsx";

/** Yes or no, with a label to click on and a line of explanation. */
export function Checkbox({
  label,
  hint,
  error,
  ...rest
}: { label: ReactNode; hint?: ReactNode; error?: ReactNode } & Omit<ComponentProps<"input">, "type">) {
  const id = useId();
  return (
    <div>
      <label className="flex items-start gap-3 text-sm">
        <input
          {...rest}
          type="checkbox"
          aria-describedby={hint ? `${id}-hint` : undefined}
          className="mt-0.5 size-4.5 shrink-0"
        />
        <span className="font-medium">{label}</span>
      </label>
      {hint && (
        <p id={`${id}-hint`} className="ml-7.5 text-xs text-ink-faint">
          {hint}
        </p>
      )}
      {error && <FieldError>{error}</FieldError>}
    </div>
  );
}

export type Option = { value: string; label: ReactNode; hint?: ReactNode; disabled?: boolean };

/** One of several, each a card: for choices that need a sentence. Native radios, so arrows and forms work. */
export function RadioCards({
  name,
  legend,
  options,
  value,
  defaultValue,
  onValue,
  error,
}: {
  name: string;
  legend: ReactNode;
  options: readonly Option[];
  value?: string;
  defaultValue?: string;
  onValue?: (value: string) => void;
  error?: ReactNode;
}) {
  return (
    <fieldset className="space-y-2">
      <legend className="mb-1.5 text-sm font-medium">{legend}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className="flex items-start gap-3 rounded-lg border border-line bg-card px-4 py-3 text-sm transition-colors has-checked:border-brand has-checked:bg-brand-soft has-disabled:opacity-60"
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            disabled={option.disabled}
            className="mt-0.5 size-4.5 shrink-0"
            {...(value === undefined
              ? { defaultChecked: option.value === defaultValue }
              : { checked: option.value === value, onChange: () => onValue?.(option.value) })}
          />
          <span className="min-w-0">
            <span className="font-medium">{option.label}</span>
            {option.hint && <span className="block text-ink-soft">{option.hint}</span>}
          </span>
        </label>
      ))}
      {error && <FieldError>{error}</FieldError>}
    </fieldset>
  );
}
