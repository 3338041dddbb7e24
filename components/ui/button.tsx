import type { LucideIcon } from "lucide-react";
import Link from "next/link";
import type { ComponentProps, ReactNode } from "react";
import { classes } from "#components/ui/classes.ts";
import { Spinner } from "#components/ui/spinner.tsx";

type Look = {
  /** brand: the one thing to do here · plain: anything else · quiet: in rows and bars · danger: what cannot be undone */
  tone?: "brand" | "plain" | "quiet" | "danger";
  size?: "s" | "m" | "l";
  icon?: LucideIcon;
  children?: ReactNode;
};

/**
 * A danger button is never a submit button: Enter in a field beside it must not press it.
 * While `busy` it keeps the focus and its width, says so to screen readers, and ignores clicks.
 */
export function Button({
  tone = "plain",
  size = "m",
  icon: Icon,
  busy = false,
  className,
  children,
  type = "button",
  onClick,
  ...rest
}: Look & { busy?: boolean } & Omit<ComponentProps<"button">, "autoFocus">) {
  return (
    <button
      {...rest}
      type={tone === "danger" ? "button" : type}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      className={classes(buttonLook({ tone, size }), className)}
    >
      {busy ? <Spinner /> : Icon && <Icon aria-hidden className="size-[1.1em] shrink-0" />}
      {children}
    </button>
  );
}

/** A link that looks like a button: it goes somewhere, it does nothing. */
export function LinkButton({
  tone = "plain",
  size = "m",
  icon: Icon,
  className,
  children,
  ...rest
}: Look & ComponentProps<typeof Link>) {
  return (
    <Link {...rest} className={classes(buttonLook({ tone, size }), className)}>
      {Icon && <Icon aria-hidden className="size-[1.1em] shrink-0" />}
      {children}
    </Link>
  );
}

/** A button with an icon only; its label is read aloud and shown by the browser on hover. */
export function IconButton({
  icon: Icon,
  label,
  className,
  ...rest
}: { icon: LucideIcon; label: string } & Omit<ComponentProps<"button">, "autoFocus" | "children">) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={label}
      className={classes(
        "inline-grid size-9 shrink-0 place-items-center rounded-md text-ink-soft transition-colors hover:bg-sunken hover:text-ink disabled:opacity-50",
        className,
      )}
    >
      <Icon aria-hidden className="size-4.5" />
    </button>
  );
}

function buttonLook({
  tone,
  size,
}: {
  tone: NonNullable<Look["tone"]>;
  size: NonNullable<Look["size"]>;
}): string {
  return classes(
    "inline-flex items-center justify-center gap-2 rounded-md border font-medium transition-colors",
    "disabled:cursor-not-allowed disabled:opacity-55 aria-busy:cursor-progress",
    {
      s: "min-h-8 px-2.5 py-1 text-sm",
      m: "min-h-10 px-4 py-2 text-sm",
      l: "min-h-12 px-5 py-2.5 text-base",
    }[size],
    {
      brand: "border-transparent bg-brand-fill text-on-brand hover:bg-brand-fill-hover",
      plain: "border-line-strong/60 bg-card text-ink hover:bg-sunken",
      quiet: "border-transparent bg-transparent text-brand hover:bg-brand-soft",
      danger: "border-transparent bg-danger-fill text-on-danger hover:bg-danger-fill-hover",
    }[tone],
  );
}
