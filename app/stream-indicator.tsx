"use client";
import { StreamWord } from "#components/shell/stream-word.tsx";
import { useStream } from "./live.tsx";

export function StreamIndicator() {
  const stream = useStream();
  return <StreamWord lostSince={stream.state === "lost" ? stream.since : null} />;
}
