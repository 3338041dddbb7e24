/**
 * Code page 1252, in which varchar travels. Written out, because the runtime's own decoder has read these
 * 32 places as Latin-1 in some versions, and there is no encoder at all.
 */
const special = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

const codes = new Map([...special].map((character, index) => [character, 0x80 + index]));

export function decode1252(bytes: Buffer): string {
  const text = bytes.toString("latin1");
  return text.replace(/[\x80-\x9f]/g, (character) => special[character.charCodeAt(0) - 0x80]!);
}

/** What the page cannot say becomes a question mark, as on a server. */
export function encode1252(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const same = code < 0x80 || (code >= 0xa0 && code <= 0xff);
    bytes[index] = same ? code : (codes.get(text[index]!) ?? 0x3f);
  }
  return bytes;
}
