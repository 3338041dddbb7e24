import type { ComponentProps, ReactNode } from "react";
import { classes } from "#components/ui/classes.ts";

/**
 * A table with a caption for screen readers. When wider than the screen it scrolls by itself, also by keyboard.
 * With `stacked`, rows become small cards below 640 px: give every Cell its `label` then.
 */
export function Table({
  caption,
  stacked = false,
  className,
  children,
}: {
  caption: string;
  stacked?: boolean;
  className?: string;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section aria-label={caption} tabIndex={0} className={classes("relative overflow-x-auto", className)}>
      <table className={classes("w-full border-collapse text-left text-sm", stacked && "max-sm:block")}>
        <caption className="sr-only">{caption}</caption>
        {children}
      </table>
    </section>
  );
}

export function TableHead({ stacked = false, children }: { stacked?: boolean; children: ReactNode }) {
  return (
    <thead className={classes("bg-sunken/70 text-ink-soft", stacked && "max-sm:sr-only")}>
      <tr>{children}</tr>
    </thead>
  );
}

export function TableBody({ stacked = false, children }: { stacked?: boolean; children: ReactNode }) {
  return <tbody className={classes("divide-y divide-line", stacked && "max-sm:block")}>{children}</tbody>;
}

export function HeadCell({
  number = false,
  className,
  ...rest
}: ComponentProps<"th"> & { number?: boolean }) {
  return (
    <th
      scope="col"
      {...rest}
      className={classes(
        "border-y border-line px-4 py-2 text-xs font-semibold whitespace-nowrap sm:px-5",
        number && "text-right",
        className,
      )}
    />
  );
}

export function Row({ stacked = false, className, ...rest }: ComponentProps<"tr"> & { stacked?: boolean }) {
  return <tr {...rest} className={classes(stacked && "max-sm:block max-sm:px-1 max-sm:py-3", className)} />;
}

/** `heading` makes it the row's name; `label` is what stands before the value when the table is stacked. */
export function Cell({
  number = false,
  heading = false,
  label,
  className,
  children,
  ...rest
}: ComponentProps<"td"> & { number?: boolean; heading?: boolean; label?: string }) {
  const look = classes(
    "px-4 py-3 align-middle sm:px-5",
    number && "sm:text-right",
    heading && "font-semibold",
    label !== undefined &&
      "max-sm:flex max-sm:items-center max-sm:justify-between max-sm:gap-4 max-sm:py-1.5",
    heading && label === undefined && "max-sm:block",
    className,
  );
  const named = label ? (
    <>
      <span aria-hidden className="shrink-0 text-xs font-medium text-ink-faint sm:hidden">
        {label}
      </span>
      <span className="min-w-0 max-sm:text-right">{children}</span>
    </>
  ) : (
    children
  );
  return heading ? (
    <th scope="row" {...rest} className={look}>
      {named}
    </th>
  ) : (
    <td {...rest} className={look}>
      {named}
    </td>
  );
}
