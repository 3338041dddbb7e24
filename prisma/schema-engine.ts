import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import pg from "pg";

export type SchemaEngine = Awaited<ReturnType<typeof bindings.SchemaEngine.new>>;

/**
 * Prisma's own schema engine, as WebAssembly: the binary of its command line comes from a server that a
 * closed network does not reach. Every connection it asks for gets an empty database from `newDatabase`.
 * One a process: its bindings hold the memory of the first.
 */
export async function schemaEngine(newDatabase: () => Promise<string>): Promise<SchemaEngine> {
  const folder = path.dirname(createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm"));
  const { instance } = await WebAssembly.instantiate(
    await readFile(path.join(folder, "schema_engine_bg.wasm")),
    {
      "./schema_engine_bg.js": bindings as unknown as WebAssembly.ModuleImports,
    },
  );
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { get: () => "", set_message: console.error } });
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();

  const connect = async () => adapted(await newDatabase());
  const factory = bindMigrationAwareSqlAdapterFactory({
    provider: "postgres",
    adapterName: "@prisma/adapter-pg",
    connect,
    connectToShadowDb: connect,
  });
  return bindings.SchemaEngine.new({ datamodels: undefined }, () => {}, factory);
}

type Adapter = Awaited<ReturnType<PrismaPg["connect"]>>;
type Result = { fields?: { dataTypeID: number }[] };

async function adapted(url: string): Promise<Adapter> {
  const connections = new pg.Pool({ connectionString: url });
  const adapter = await new PrismaPg(connections, { disposeExternalPool: true }).connect();
  // The adapter splits a script at every ";", which breaks the body of a trigger.
  adapter.executeScript = async (script) => void (await connections.query(script));

  // PostgreSQL's catalog uses its one-byte type "char", which the adapter refuses and the engine wants.
  const { performIO } = adapter as unknown as { performIO(query: unknown): Promise<Result> };
  const queryRaw = adapter.queryRaw;
  adapter.queryRaw = async (query) => {
    let isChar: boolean[] = [];
    const reading = Object.create(adapter, {
      performIO: {
        value: async (sent: unknown) => {
          const result = await performIO.call(adapter, sent);
          isChar = (result.fields ?? []).map((field) => field.dataTypeID === oid.char);
          for (const field of result.fields ?? [])
            if (field.dataTypeID === oid.char) field.dataTypeID = oid.text;
          return result;
        },
      },
    });
    const result = await queryRaw.call(reading, query);
    const columnTypes = result.columnTypes.map((type, at) => (isChar[at] ? ColumnTypeEnum.Character : type));
    return { ...result, columnTypes };
  };
  return adapter;
}

const oid = { char: 18, text: 25 };
