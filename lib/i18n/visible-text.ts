/** Text in a component that people would see and that no catalogue knows. */
export type Literal = { line: number; text: string };

/** Attributes that are read aloud or shown. */
const spoken = [
  "aria-label",
  "aria-description",
  "aria-roledescription",
  "aria-valuetext",
  "alt",
  "title",
  "placeholder",
  "label",
  "hint",
  "description",
  "caption",
  "legend",
];

/** What SQL Server itself calls a state; administrators read it untranslated in every tool. */
const wordsOfSqlServer = [
  "UNKNOWN",
  "CONNECTED",
  "DISCONNECTED",
  "SYNCHRONIZED",
  "SYNCHRONIZING",
  "SUSPENDED",
  "FULL",
  "OFF",
];

/**
 * Finds user-visible literals in a .tsx source by its text alone:
 * 1. words between tags, `>Save<`, also beside `{…}`;
 * 2. words in an attribute that is read aloud, `title="Save"`, `label={"Save"}`, label={`Save ${x}`};
 * 3. words chosen in braces between tags, `>{busy ? "Saving" : "Save"}<`.
 * A line with `// not translated: why` is left out: for names that are the same in every language.
 */
export function visibleText(source: string): Literal[] {
  const code = withoutComments(source);
  const found = [...betweenTags(code), ...inAttributes(code), ...inBraces(code)];
  const lines = source.split("\n");
  const literals = found
    .filter(({ text }) => hasWord(text))
    .map(({ at, text }) => ({
      line: code.slice(0, at).split("\n").length,
      text: text.trim().replace(/\s+/g, " "),
    }));
  return literals.filter(({ line }) => !/not translated: \S/.test(`${lines[line - 2]}\n${lines[line - 1]}`));
}

type Found = { at: number; text: string };

// A tag's end is a > after a name, quote, brace or slash; an arrow or a comparison has = or a space before it.
function betweenTags(code: string): Found[] {
  const found: Found[] = [];
  for (const match of code.matchAll(/(?<=[\w"'}/]|<)>([^<>{}]*)(?=[<{])|\}([^<>{}();=]*)<\//g)) {
    const text = match[1] ?? match[2] ?? "";
    if (looksLikeCode(text)) continue;
    found.push({ at: match.index + match[0].indexOf(text), text });
  }
  return found;
}

function inAttributes(code: string): Found[] {
  const pattern = new RegExp(
    `(?<=[\\s{])(?:${spoken.join("|")})=(?:"([^"]*)"|\\{\\s*(?:"([^"]*)"|\`([^\`]*)\`)\\s*\\})`,
    "g",
  );
  return [...code.matchAll(pattern)].map((match) => ({
    at: match.index,
    text: match[1] ?? match[2] ?? (match[3] ?? "").replace(/\$\{[^}]*\}/g, " "),
  }));
}

function inBraces(code: string): Found[] {
  const found: Found[] = [];
  for (const braces of code.matchAll(/(?<=>|\})\s*\{([^{}]*)\}\s*(?=[<{])/g)) {
    const inside = braces[1] ?? "";
    for (const literal of inside.matchAll(
      /(?:[?:]|&&|\|\||^)\s*(["'`])((?:(?!\1).)*)\1(?!\s*(?:in\b|[=!]==))/g,
    )) {
      if (isArgument(inside, literal.index)) continue;
      found.push({ at: braces.index + braces[0].indexOf(literal[0]), text: literal[2] ?? "" });
    }
  }
  return found;
}

// `t(busy ? "saving" : "save")` names keys.
function isArgument(inside: string, at: number): boolean {
  const before = inside.slice(0, at);
  return before.split("(").length > before.split(")").length;
}

// Two letters in a row: signs, arrows, numbers and units' single letters need no translation.
function hasWord(text: string): boolean {
  if (wordsOfSqlServer.includes(text.trim())) return false;
  return /\p{L}{2}/u.test(text.replace(/&[a-z]+;/gi, ""));
}

function looksLikeCode(text: string): boolean {
  return /[;=]|=>|\breturn\b|^\s*[,)|&?:]|^\([^)]*:/.test(text);
}

// Blanked, not cut: places stay where they were.
function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|(?<![:"'`\w])\/\/[^\n]*/g, (comment) =>
    comment.replace(/[^\n]/g, " "),
  );
}
