/** Code page 1252, in which varchar is kept. */

/** varchar holds the characters of code page 1252; anything else becomes a question mark, as on a real server. */
export function toCodePage(text: string): string {
  return isAscii(text) ? text : text.replace(NOT_1252, "?");
}

const HIGH_1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

export const FROM_1252 = Array.from({ length: 256 }, (_, byte) =>
  byte >= 128 && byte < 160 ? HIGH_1252[byte - 128]! : String.fromCharCode(byte),
);

export const CODE_1252 = new Map(FROM_1252.map((character, byte) => [character, byte]));

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}

const NOT_1252 = new RegExp(`[^\\u0000-\\u007f\\u00a0-\\u00ff${HIGH_1252}]`, "g");
