import type { ReactNode } from "react";
import { classes } from "#components/ui/classes.ts";
import { CopyButton } from "#components/ui/copy-button.tsx";

/** A statement or command word for word, with where it runs above it and a button to copy it. */
export function CodeBlock({
  code,
  title,
  label,
  wrap = false,
}: {
  code: string;
  title?: ReactNode;
  label: string;
  /** For what has no lines of its own, such as a link. */
  wrap?: boolean;
}) {
  return (
    <figure className="overflow-hidden rounded-lg border border-line bg-sunken">
      <figcaption className="flex min-h-10 items-center justify-between gap-3 border-b border-line px-3 text-xs text-ink-soft">
        <span className="min-w-0 truncate font-medium">{title ?? label}</span>
        <CopyButton text={code} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section tabIndex={0} aria-label={label} className="overflow-x-auto px-3 py-2.5">
        <pre
          className={classes("font-mono text-[0.8125rem] leading-5", wrap && "break-all whitespace-pre-wrap")}
        >
          <code>{code}</code>
        </pre>
      </section>
    </figure>
  );
}
