/** The catalog of the catalog: sys.objects, sys.columns and their kin list the views that are really there. */
import { columns, type Row, type View, type Viewing } from "#lab/catalog/view.ts";
import type { LocalTable } from "#lab/tsql/context.ts";
import { INTEGERS, isNational, isText } from "#lab/tsql/type-rules.ts";
import type { SqlType } from "#lab/tsql/values.ts";

export function objectViews(views: () => View[]): View[] {
  const systemObjects = () => views().map((view) => objectRow(view.name));
  const systemColumns = (viewing: Viewing) =>
    views().flatMap((view) =>
      columnRows(
        objectId(view.name),
        view.columns.filter((column) => column.since <= viewing.version),
      ),
    );
  const userObjects = (viewing: Viewing) => temporary(viewing).map(temporaryRow);
  const userColumns = (viewing: Viewing) =>
    temporary(viewing).flatMap((table) => columnRows(table.objectId, table.columns));
  const object = columns(`
      name sysname !
      object_id int !
      principal_id int
      schema_id int !
      parent_object_id int !
      type char(2) !
      type_desc nvarchar(60)
      create_date datetime !
      modify_date datetime !
      is_ms_shipped bit !
      is_published bit !
      is_schema_published bit !`);
  const column = columns(`
      object_id int !
      name sysname
      column_id int !
      system_type_id tinyint !
      user_type_id int !
      max_length smallint !
      precision tinyint !
      scale tinyint !
      collation_name sysname
      is_nullable bit
      is_ansi_padded bit !
      is_rowguidcol bit !
      is_identity bit !
      is_computed bit !`);
  return [
    { name: "sys.objects", columns: object, rows: userObjects },
    { name: "sys.tables", columns: object, rows: userObjects },
    { name: "sys.views", columns: object, rows: () => [] },
    { name: "sys.procedures", columns: object, rows: () => [] },
    {
      name: "sys.all_objects",
      columns: object,
      rows: (viewing) => [...systemObjects(), ...userObjects(viewing)],
    },
    { name: "sys.system_objects", columns: object, rows: systemObjects },
    { name: "sys.all_views", columns: object, rows: systemObjects },
    { name: "sys.system_views", columns: object, rows: systemObjects },
    { name: "sys.columns", columns: column, rows: userColumns },
    {
      name: "sys.all_columns",
      columns: column,
      rows: (viewing) => [...systemColumns(viewing), ...userColumns(viewing)],
    },
    { name: "sys.system_columns", columns: column, rows: systemColumns },
    {
      name: "sys.schemas",
      columns: columns(`
      name sysname !
      schema_id int !
      principal_id int`),
      rows: () => SCHEMAS.map(([name, id]) => ({ name, schema_id: id, principal_id: id })),
    },
    {
      name: "sys.types",
      columns: columns(`
      name sysname !
      system_type_id tinyint !
      user_type_id int !
      schema_id int !
      max_length smallint !
      precision tinyint !
      scale tinyint !
      is_nullable bit
      is_user_defined bit !`),
      rows: () =>
        Object.entries(TYPE_IDS).map(([name, id]) => ({
          name,
          system_type_id: id,
          user_type_id: id,
          schema_id: 4,
          max_length: 8,
          precision: 0,
          scale: 0,
          is_nullable: true,
          is_user_defined: false,
        })),
    },
    { name: "sysobjects", columns: columns(OLD_OBJECT), rows: (viewing) => userObjects(viewing).map(oldRow) },
    {
      name: "INFORMATION_SCHEMA.TABLES",
      columns: columns(`
      TABLE_CATALOG nvarchar(128)
      TABLE_SCHEMA nvarchar(128)
      TABLE_NAME sysname !
      TABLE_TYPE varchar(10)`),
      rows: (viewing) =>
        temporary(viewing).map((table) => ({
          TABLE_CATALOG: viewing.database,
          TABLE_SCHEMA: "dbo",
          TABLE_NAME: table.name,
          TABLE_TYPE: "BASE TABLE",
        })),
    },
    {
      name: "INFORMATION_SCHEMA.COLUMNS",
      columns: columns(`
      TABLE_CATALOG nvarchar(128)
      TABLE_SCHEMA nvarchar(128)
      TABLE_NAME nvarchar(128) !
      COLUMN_NAME nvarchar(128)
      ORDINAL_POSITION int
      IS_NULLABLE varchar(3)
      DATA_TYPE nvarchar(128)`),
      rows: (viewing) =>
        temporary(viewing).flatMap((table) =>
          table.columns.map((one, i) => ({
            TABLE_CATALOG: viewing.database,
            TABLE_SCHEMA: "dbo",
            TABLE_NAME: table.name,
            COLUMN_NAME: one.name,
            ORDINAL_POSITION: i + 1,
            IS_NULLABLE: one.nullable ? "YES" : "NO",
            DATA_TYPE: one.type.name,
          })),
        ),
    },
  ];
}

/** Negative for what the system ships, and always the same for the same name. */
export function objectId(name: string): number {
  let hash = 7;
  for (const character of name.toLowerCase()) hash = (hash * 31 + character.charCodeAt(0)) % 900_000_000;
  return -1 - hash;
}

/** Temporary tables live in tempdb, and are seen there only. */
function temporary({ database, settings }: Viewing): LocalTable[] {
  return database.toLowerCase() === "tempdb" ? [...settings.temporary.values()] : [];
}

function objectRow(fullName: string): Row {
  const [schema, name] = fullName.includes(".")
    ? (fullName.split(".") as [string, string])
    : ["sys", fullName];
  return {
    name,
    object_id: objectId(fullName),
    schema_id: SCHEMAS.find(([one]) => one === schema)?.[1] ?? 4,
    parent_object_id: 0,
    type: "V",
    type_desc: "VIEW",
    create_date: SHIPPED,
    modify_date: SHIPPED,
    is_ms_shipped: true,
    is_published: false,
    is_schema_published: false,
  };
}

function temporaryRow(table: LocalTable): Row {
  const made = new Date(table.createdAt);
  return {
    ...objectRow(table.name),
    object_id: table.objectId,
    schema_id: 1,
    type: "U",
    type_desc: "USER_TABLE",
    create_date: made,
    modify_date: made,
    is_ms_shipped: false,
  };
}

function columnRows(id: number, all: { name: string; type: SqlType; nullable: boolean }[]): Row[] {
  return all.map(({ name, type, nullable }, i) => ({
    object_id: id,
    name,
    column_id: i + 1,
    system_type_id: TYPE_IDS[type.name]!,
    user_type_id: TYPE_IDS[type.name]!,
    max_length: maxLength(type),
    precision:
      type.name === "decimal"
        ? type.precision
        : (({ bit: 1, tinyint: 3, smallint: 5, int: 10, bigint: 19, datetime: 23 } as Record<string, number>)[
            type.name
          ] ?? 0),
    scale:
      type.name === "decimal" || type.name === "datetime2" ? type.scale : type.name === "datetime" ? 3 : 0,
    collation_name: isText(type) ? "SQL_Latin1_General_CP1_CI_AS" : null,
    is_nullable: nullable,
    is_ansi_padded: isText(type),
    is_rowguidcol: false,
    is_identity: false,
    is_computed: false,
  }));
}

export function maxLength(type: SqlType): number {
  if ("length" in type) return type.length === "max" ? -1 : type.length * (isNational(type) ? 2 : 1);
  if (type.name in INTEGERS) return { tinyint: 1, smallint: 2, int: 4, bigint: 8 }[type.name as "int"];
  return (
    { bit: 1, real: 4, date: 3, uniqueidentifier: 16, decimal: 13, sql_variant: 8016 }[type.name as string] ??
    8
  );
}

function oldRow(row: Row): Row {
  return {
    name: row.name!,
    id: row.object_id!,
    xtype: row.type!,
    uid: 1,
    info: 0,
    status: 0,
    parent_obj: 0,
    crdate: row.create_date!,
    type: row.type!,
  };
}

const OLD_OBJECT = `
      name sysname !
      id int !
      xtype char(2) !
      uid smallint
      info smallint
      status int
      parent_obj int !
      crdate datetime !
      type char(2)`;
const SHIPPED = new Date(Date.UTC(2009, 3, 13, 12, 59, 11));
const SCHEMAS: [string, number][] = [
  ["dbo", 1],
  ["guest", 2],
  ["INFORMATION_SCHEMA", 3],
  ["sys", 4],
];
const TYPE_IDS: Record<string, number> = {
  uniqueidentifier: 36,
  date: 40,
  datetime2: 42,
  tinyint: 48,
  smallint: 52,
  int: 56,
  real: 59,
  datetime: 61,
  float: 62,
  sql_variant: 98,
  bit: 104,
  decimal: 106,
  bigint: 127,
  varbinary: 165,
  varchar: 167,
  binary: 173,
  char: 175,
  nvarchar: 231,
  nchar: 239,
};
