import "server-only";

/** Some waits of the driver have no end; this one has. `giveUp` cuts what is still under way. */
export async function within<T>(ms: number, work: Promise<T>, giveUp: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(Object.assign(new Error(`No answer within ${ms / 1_000} s`), { code: "ETIMEOUT" }));
      giveUp();
    }, ms);
  });
  work.catch(() => {});
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}
