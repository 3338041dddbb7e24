import type { ReactNode } from "react";
import { classes } from "#components/ui/classes.ts";

/** The frame of a page: its heading, what one can do here, and the content below. */
export function Page({
  title,
  description,
  above,
  actions,
  narrow = false,
  children,
}: {
  title: ReactNode;
  description?: ReactNode;
  /** A line over the heading: where one comes from. */
  above?: ReactNode;
  actions?: ReactNode;
  narrow?: boolean;
  children: ReactNode;
}) {
  return (
    <div
      className={classes(
        "mx-auto w-full space-y-6 px-4 py-6 sm:px-6 sm:py-8",
        narrow ? "max-w-3xl" : "max-w-7xl",
      )}
    >
      <header className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          {above && <div className="mb-1 text-sm text-ink-soft">{above}</div>}
          <h1 className="text-2xl font-semibold break-words sm:text-[1.75rem] sm:leading-9">{title}</h1>
          {description && <p className="mt-1 max-w-prose text-pretty text-ink-soft">{description}</p>}
        </div>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** Where a list has nothing to show: why, and what would put something there. */
export function Empty({
  title,
  children,
  actions,
}: {
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className="rounded-xl border border-dashed border-line-strong/60 px-6 py-12 text-center">
      <p className="font-semibold">{title}</p>
      {children && <div className="mx-auto mt-1 max-w-prose text-sm text-ink-soft">{children}</div>}
      {actions && <div className="mt-4 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}
