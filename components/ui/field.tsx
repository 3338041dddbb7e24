import { CircleAlert } from "lucide-react";
import { type ComponentProps, type ReactNode, useId } from "react";
import { classes } from "#components/ui/classes.ts";

type Asked = { label: ReactNode; hint?: ReactNode; error?: ReactNode; optional?: ReactNode };
type Wired = { id: string; "aria-describedby": string | undefined; "aria-invalid": true | undefined };

/** A label, a control, a hint and what is wrong with it, tied together for screen readers. */
export function Field({
  label,
  hint,
  error,
  optional,
  children,
}: Asked & { children: (wired: Wired) => ReactNode }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="space-y-1.5">
      <label htmlFor={id} className="flex items-baseline justify-between gap-3 text-sm font-medium">
        {label}
        {optional && <span className="text-xs font-normal text-ink-faint">{optional}</span>}
      </label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined })}
      {hint && (
        <p id={`${id}-hint`} className="text-xs text-ink-faint">
          {hint}
        </p>
      )}
      {error && <FieldError id={`${id}-error`}>{error}</FieldError>}
    </div>
  );
}

export function FieldError({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <p id={id} className="flex items-start gap-1.5 text-sm text-bad">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      {children}
    </p>
  );
}

export function TextField({ label, hint, error, optional, ...rest }: Asked & ComponentProps<"input">) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(wired) => <Input {...rest} {...wired} />}
    </Field>
  );
}

export function TextAreaField({ label, hint, error, optional, ...rest }: Asked & ComponentProps<"textarea">) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(wired) => <textarea rows={3} {...rest} {...wired} className={classes(controlLook, rest.className)} />}
    </Field>
  );
}

/** The platform's own list: the best one on a phone. Children are `<option>`s. */
export function SelectField({ label, hint, error, optional, ...rest }: Asked & ComponentProps<"select">) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(wired) => <Select {...rest} {...wired} />}
    </Field>
  );
}

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input {...rest} className={classes(controlLook, className)} />;
}

export function Select({ className, ...rest }: ComponentProps<"select">) {
  return <select {...rest} className={classes(controlLook, "pr-8", className)} />;
}

export const controlLook = classes(
  "block min-h-10 w-full rounded-md border border-line-strong bg-card px-3 py-2 text-base text-ink sm:text-sm",
  "placeholder:text-ink-faint focus-visible:outline-offset-0 aria-invalid:border-bad",
  "disabled:cursor-not-allowed disabled:bg-sunken disabled:text-ink-faint",
);
