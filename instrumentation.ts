/** Called once by Next when the server starts; what needs Node is loaded only there. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === "nodejs") await (await import("#instrumentation-node.ts")).open();
}
