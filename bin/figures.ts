/** What a measurement found: for people line by line, and as one last line of JSON. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** What was promised, in words; null = only told. */
  goal: string | null;
  holds: boolean;
}

export interface Measured {
  name: string;
  figures: Figure[];
}

/** A figure with its goal; without one it always holds. */
export function figure(
  name: string,
  value: number,
  unit: string,
  goal: string | null = null,
  holds = true,
): Figure {
  return { name, value: Math.round(value * 100) / 100, unit, goal, holds };
}

/** 1 when a goal does not hold. */
export function tell(measured: Measured, { json }: { json: boolean }): 0 | 1 {
  for (const { name, value, unit, goal, holds } of json ? [] : measured.figures) {
    const promise = goal === null ? "" : `  (goal: ${goal})`;
    console.log(`${holds ? " " : "✗"} ${name.padEnd(44)} ${String(value).padStart(10)} ${unit}${promise}`);
  }
  console.log(JSON.stringify(measured));
  return measured.figures.every(({ holds }) => holds) ? 0 : 1;
}
