import { type NextRequest, NextResponse } from "next/server";
import { pathHeader } from "#lib/auth/sign-in-path.ts";

/** Tells pages their own path, so that whoever must sign in first comes back to it. */
export function proxy(request: NextRequest) {
  const headers = new Headers(request.headers);
  headers.set(pathHeader, request.nextUrl.pathname + request.nextUrl.search);
  return NextResponse.next({ request: { headers } });
}

export const config = { matcher: "/((?!_next/|api/|icon|favicon).*)" };
