import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { Alert } from "#components/ui/alert.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { type Tone, toneIcon } from "#components/ui/tone.tsx";

const tones = Object.keys(toneIcon) as Tone[];

describe("a tone", () => {
  it.each(tones)("%s has a shape and a word, not colour alone", (tone) => {
    for (const markup of [
      renderToStaticMarkup(<Badge tone={tone}>word</Badge>),
      renderToStaticMarkup(<Alert tone={tone}>word</Alert>),
    ]) {
      expect(markup).toContain("<svg");
      expect(markup).toContain("word");
    }
  });

  it("has a shape of its own", () => {
    expect(new Set(Object.values(toneIcon)).size).toBe(tones.length);
  });
});

describe("a button", () => {
  it("that is dangerous is never what Enter presses", () => {
    const markup = renderToStaticMarkup(
      <Button tone="danger" type="submit">
        word
      </Button>,
    );
    expect(markup).toContain('type="button"');
  });

  it("that is busy says so, keeps the focus, and does nothing more", () => {
    const markup = renderToStaticMarkup(<Button busy>word</Button>);
    expect(markup).toContain('aria-busy="true"');
    expect(markup).not.toContain(" disabled=");
  });
});
