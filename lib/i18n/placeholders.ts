/**
 * What a message must be given, with the kind of each: `{name} {n, plural, one {# row} other {# rows}}` →
 * ["n plural", "name"]. Also fails on a message whose braces do not match.
 */
export function placeholdersOf(message: string): string[] {
  const found = new Set<string>();
  readText(message, 0, 0, found);
  return [...found].sort();
}

function readText(message: string, from: number, depth: number, found: Set<string>): number {
  let at = from;
  while (at < message.length) {
    const sign = message[at];
    if (sign === "'" && /['{}<>#|]/.test(message[at + 1] ?? "")) at = afterQuote(message, at);
    else if (sign === "{") at = readArgument(message, at + 1, depth, found);
    else if (sign === "}" && depth > 0) return at;
    else if (sign === "}") throw new Error(`A } too many: ${message}`);
    else if (sign === "<") at = readTag(message, at, found);
    else at++;
  }
  if (depth > 0) throw new Error(`A } is missing: ${message}`);
  return at;
}

function readArgument(message: string, from: number, depth: number, found: Set<string>): number {
  const head = /^\s*([\w-]+)\s*(?:,\s*(\w+)\s*(,)?)?/.exec(message.slice(from));
  if (!head) throw new Error(`Not a value's name after {: ${message}`);
  const [read, name = "", kind, more] = head;
  found.add(kind ? `${name} ${kind}` : name);
  let at = from + read.length;
  if (more && ["plural", "select", "selectordinal"].includes(kind ?? "")) {
    while (at < message.length && message[at] !== "}") {
      if (message[at] === "{") at = readText(message, at + 1, depth + 1, found);
      at++;
    }
  } else {
    while (at < message.length && message[at] !== "}") at++;
  }
  if (message[at] !== "}") throw new Error(`A } is missing: ${message}`);
  return at + 1;
}

function readTag(message: string, from: number, found: Set<string>): number {
  const tag = /^<\/?([a-zA-Z]\w*)>/.exec(message.slice(from));
  if (!tag) return from + 1;
  found.add(`<${tag[1]}>`);
  return from + tag[0].length;
}

// ICU: a doubled ' is one, a ' before a sign quotes up to the next '.
function afterQuote(message: string, at: number): number {
  if (message[at + 1] === "'") return at + 2;
  const end = message.indexOf("'", at + 1);
  return end < 0 ? message.length : end + 1;
}
