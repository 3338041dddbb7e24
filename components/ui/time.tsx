"use client";
import { useNow } from "#components/ui/clock.tsx";
import { useFormats } from "#lib/i18n/use-formats.ts";

/** How old something is, counting on: "12 s ago". The exact moment is in the title. `at` in ms. */
export function Age({ at, className }: { at: number; className?: string }) {
  const now = useNow();
  const { age, moment } = useFormats();
  return (
    <time dateTime={new Date(at).toISOString()} title={moment(at)} className={className}>
      {age(now - at)}
    </time>
  );
}

/** A moment, with its zone. `at` in ms. */
export function Moment({
  at,
  precise = false,
  className,
}: {
  at: number;
  precise?: boolean;
  className?: string;
}) {
  const { moment, preciseMoment } = useFormats();
  return (
    <time dateTime={new Date(at).toISOString()} className={className}>
      {precise ? preciseMoment(at) : moment(at)}
    </time>
  );
}
