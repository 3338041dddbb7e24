/** A sentence by its key and values; journal, audit and refusals keep these, the reader's language is chosen at the end. */
export interface Message {
  key: string;
  values: Record<string, string | number>;
}

export function say(key: string, values: Message["values"] = {}): Message {
  return { key, values };
}

/** Names in a sentence: `rtcxds, rtcshared`. */
export function names(list: readonly string[]): string {
  return list.join(", ");
}
