"use client";
import { Check } from "lucide-react";
import * as Radix from "radix-ui/dropdown-menu";
import type { ReactElement, ReactNode } from "react";
import { classes } from "#components/ui/classes.ts";

/** A menu below its button, and beside it in the document: it stays in the landmark it belongs to. */
export function Menu({ button, children }: { button: ReactElement; children: ReactNode }) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{button}</Radix.Trigger>
      <Radix.Content
        align="end"
        sideOffset={6}
        collisionPadding={8}
        className="z-50 max-h-[var(--radix-dropdown-menu-content-available-height)] min-w-60 overflow-y-auto rounded-xl border border-line bg-raised p-1.5 text-sm shadow-raised"
      >
        {children}
      </Radix.Content>
    </Radix.Root>
  );
}

export function MenuItem({
  icon,
  onSelect,
  children,
}: {
  icon?: ReactNode;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <Radix.Item onSelect={onSelect} className={itemLook}>
      <span className="grid size-4 place-items-center text-ink-soft">{icon}</span>
      {children}
    </Radix.Item>
  );
}

/** One of several, with a tick at the chosen one; the menu stays open so that one can look at the effect. */
export function MenuChoice({
  label,
  value,
  onValue,
  options,
}: {
  label: string;
  value: string;
  onValue: (value: string) => void;
  options: readonly { value: string; label: string; lang?: string }[];
}) {
  return (
    <Radix.RadioGroup value={value} onValueChange={onValue} aria-label={label}>
      <Radix.Label className="px-2.5 pt-2 pb-1 text-xs font-medium text-ink-faint">{label}</Radix.Label>
      {options.map((option) => (
        <Radix.RadioItem
          key={option.value}
          value={option.value}
          lang={option.lang}
          onSelect={(event) => event.preventDefault()}
          className={itemLook}
        >
          <span className="grid size-4 place-items-center">
            <Radix.ItemIndicator>
              <Check aria-hidden className="size-4 text-brand" />
            </Radix.ItemIndicator>
          </span>
          {option.label}
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}

export function MenuSeparator() {
  return <Radix.Separator className="mx-1 my-1.5 h-px bg-line" />;
}

const itemLook = classes(
  "flex min-h-9 items-center gap-2.5 rounded-md px-2.5 py-1.5 outline-none",
  "data-highlighted:bg-brand-soft data-highlighted:outline-2 data-highlighted:-outline-offset-2 data-highlighted:outline-brand",
);
