"use client";
import { useStream } from "#app/live.tsx";
import { StreamWord } from "#components/shell/stream-word.tsx";

export function StreamIndicator() {
  const stream = useStream();
  return <StreamWord lostSince={stream.state === "lost" ? stream.since : null} />;
}
