import { parseBatch } from "#lab/tsql/parse.ts";
console.log(JSON.stringify(parseBatch(process.argv[2]!), (k,v)=> typeof v==="bigint"?String(v)+"n":v, 1));
