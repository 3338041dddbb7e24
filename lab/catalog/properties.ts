/** SERVERPROPERTY and DATABASEPROPERTYEX: answers carry their own type inside a sql_variant. */
import { whyClosed } from "#lab/catalog/access.ts";
import { versionNumber } from "#lab/catalog/versions.ts";
import type { Database, Instance } from "#lab/mirroring/model.ts";
import type { Variant } from "#lab/tsql/values.ts";

export function serverProperty(instance: Instance, name: string): Variant | null {
  const [machine = "", named] = instance.name.split("\\");
  const version = versionNumber(instance.version);
  const [major = "", minor = "", build = ""] = instance.version.split(".");
  switch (name.toLowerCase()) {
    case "servername":
      return text(instance.name);
    case "machinename":
    case "computernamephysicalnetbios":
      return text(machine.toUpperCase());
    case "instancename":
      return named ? text(named.toUpperCase()) : null;
    case "productversion":
    case "resourceversion":
      return text(instance.version);
    case "productlevel":
      return text(instance.level);
    case "productmajorversion":
      return version >= 11 ? text(major) : null;
    case "productminorversion":
      return version >= 11 ? text(minor) : null;
    case "productbuild":
      return version >= 11 ? text(build) : null;
    case "edition":
      return text(instance.edition);
    case "engineedition":
      return int(/express/i.test(instance.edition) ? 4 : /standard|web/i.test(instance.edition) ? 2 : 3);
    case "productupdatelevel":
      return version >= 11 && instance.updateLevel ? text(instance.updateLevel) : null;
    case "collation":
      return text(instance.collation ?? "SQL_Latin1_General_CP1_CI_AS");
    case "isclustered":
    case "isintegratedsecurityonly":
    case "issingleuser":
    case "isfulltextinstalled":
    case "filestreamconfiguredlevel":
      return int(0);
    case "ishadrenabled":
      return version >= 11 ? int(0) : null;
    case "hadrmanagerstatus":
      return version >= 11 ? int(2) : null;
    case "processid":
      return int(1804);
    case "licensetype":
      return text("DISABLED");
    case "buildclrversion":
      return text(version >= 11 ? "v4.0.30319" : "v2.0.50727");
    case "instancedefaultdatapath":
    case "instancedefaultlogpath":
      return version >= 11 ? text("C:\\CsData\\") : null;
    default:
      return null;
  }
}

export function databaseProperty(database: Database, name: string): Variant | null {
  const closed = whyClosed(database) !== null;
  switch (name.toLowerCase()) {
    case "status":
      return text(database.state);
    case "recovery":
      return text(database.recoveryModel);
    case "useraccess":
      return text("MULTI_USER");
    case "updateability":
      return text("READ_WRITE");
    case "collation":
      return closed ? null : text("SQL_Latin1_General_CP1_CI_AS");
    case "version":
      return closed ? null : int(661);
    case "isinstandby":
    case "isautoclose":
    case "isautoshrink":
      return int(0);
    case "isautocreatestatistics":
    case "isautoupdatestatistics":
      return int(1);
    default:
      return null;
  }
}

function text(value: string): Variant {
  return { base: { name: "nvarchar", length: 128 }, value };
}

function int(value: number): Variant {
  return { base: { name: "int" }, value };
}
