/** Guids from the fleet's seed and from what they are for, so that the same story has the same ones. */
export function guidFor(seed: number, ...what: (string | number)[]): string {
  let hash = BigInt(seed) * 6364136223846793005n + 1442695040888963407n;
  for (const character of what.join("\0")) {
    hash = BigInt.asUintN(128, (hash ^ BigInt(character.codePointAt(0) ?? 0)) * 309485009821345068724781371n);
  }
  hash = BigInt.asUintN(128, hash ^ (hash >> 61n));
  const hex = hash.toString(16).toUpperCase().padStart(32, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-A${hex.slice(17, 20)}-${hex.slice(20)}`;
}
