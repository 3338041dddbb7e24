/** What RESTORE HEADERONLY, FILELISTONLY and LABELONLY show of a backup file. */
import { compatibilityLevel, versionNumber } from "#lab/catalog/versions.ts";
import { columns, type Row } from "#lab/catalog/view.ts";
import { guidFor } from "#lab/mirroring/guid.ts";
import { lsn } from "#lab/mirroring/lsn.ts";
import type { BackupFile, BackupSet } from "#lab/mirroring/model.ts";
import type { Context } from "#lab/tsql/context.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export interface MediaContent {
  columns: { name: string; type: SqlType; nullable: boolean }[];
  rows: SqlValue[][];
}

/** `chosen` is the set that FILE = n means; without it HEADERONLY lists all, FILELISTONLY takes the first. */
export function describeMedia(
  what: "headeronly" | "filelistonly" | "labelonly",
  file: BackupFile,
  chosen: BackupSet | null,
  context: Context,
): MediaContent {
  const first = chosen ?? file.sets[0]!;
  switch (what) {
    case "headeronly":
      return shaped(
        HEADER,
        (chosen ? [chosen] : file.sets).map((set) => headerOf(set, file)),
        context,
      );
    case "filelistonly":
      return shaped(FILES, filesOf(first, context), context);
    case "labelonly":
      return shaped(LABEL, [labelOf(file)], context);
  }
}

export function setColumns(set: BackupSet, position: number): Row {
  const [major = 0, minor = 0, build = 0] = set.version.split(".").map(Number);
  const bytes = BigInt(set.sizeKb) * 1024n;
  const fork = set.forks.at(-1)!;
  return {
    BackupName: set.name,
    BackupDescription: set.description,
    BackupType: { D: 1, I: 5, L: 2 }[set.type],
    Compressed: set.compressed,
    Position: position,
    DeviceType: 2,
    UserName: set.login,
    ServerName: set.server,
    DatabaseName: set.database,
    DatabaseVersion: DATABASE_VERSION[versionNumber(set.version)] ?? 706,
    DatabaseCreationDate: new Date(set.databaseCreatedAt),
    BackupSize: bytes,
    FirstLSN: lsn(set.firstKb),
    LastLSN: lsn(set.lastKb),
    CheckpointLSN: lsn(set.checkpointKb),
    DatabaseBackupLSN: set.fullBackupKb === null ? 0n : lsn(set.fullBackupKb),
    BackupStartDate: new Date(set.startedAt),
    BackupFinishDate: new Date(set.finishedAt),
    SortOrder: 52,
    CodePage: 0,
    UnicodeLocaleId: 1033,
    UnicodeComparisonStyle: 196_609,
    CompatibilityLevel: compatibilityLevel(versionNumber(set.version)),
    SoftwareVendorId: 4_608,
    SoftwareVersionMajor: major,
    SoftwareVersionMinor: minor,
    SoftwareVersionBuild: build,
    MachineName: set.host,
    Flags: (set.checksum ? 16 : 0) + (set.tail ? 64 + 256 : 0),
    BindingID: set.familyGuid.toUpperCase(),
    RecoveryForkID: fork.guid.toUpperCase(),
    Collation: "SQL_Latin1_General_CP1_CI_AS",
    FamilyGUID: set.familyGuid.toUpperCase(),
    HasBulkLoggedData: false,
    IsSnapshot: false,
    IsReadOnly: false,
    IsSingleUser: false,
    HasBackupChecksums: set.checksum,
    IsDamaged: false,
    BeginsLogChain: set.beginsChain,
    HasIncompleteMetaData: false,
    IsForceOffline: set.tail,
    IsCopyOnly: set.copyOnly,
    FirstRecoveryForkID: firstFork(set).toUpperCase(),
    ForkPointLSN: firstFork(set) === fork.guid ? null : lsn(fork.fromKb),
    RecoveryModel: set.recoveryModel.replace("_", "-"),
    DifferentialBaseLSN: set.type === "I" && set.fullBackupKb !== null ? lsn(set.fullBackupKb) : null,
    BackupTypeDescription: { D: "Database", I: "Database Differential", L: "Transaction Log" }[set.type],
    BackupSetGUID: set.guid,
    CompressedBackupSize: set.compressed ? bytes / 4n : bytes,
    containment: 0,
  };
}

/** The path on which the set begins: a log backup can cross the point where a new one began. */
function firstFork(set: BackupSet): string {
  if (set.type !== "L") return set.forks.at(-1)!.guid;
  return (set.forks.findLast(({ fromKb }) => fromKb <= set.firstKb) ?? set.forks[0]!).guid;
}

function headerOf(set: BackupSet, file: BackupFile): Row {
  return setColumns(set, file.sets.indexOf(set) + 1);
}

function filesOf(set: BackupSet, { fleet }: Context): Row[] {
  return set.files.map(({ logical, physical }, at) => ({
    LogicalName: logical,
    PhysicalName: physical,
    Type: at === 0 ? "D" : "L",
    FileGroupName: at === 0 ? "PRIMARY" : null,
    Size: BigInt(at === 0 ? set.dataSizeKb : set.logSizeKb) * 1024n,
    MaxSize: at === 0 ? 35_184_372_080_640n : BigInt(set.logMaxKb) * 1024n,
    FileId: BigInt(at + 1),
    CreateLSN: 0n,
    DropLSN: 0n,
    UniqueId: guidFor(fleet.seed, "file", set.familyGuid, at),
    ReadOnlyLSN: 0n,
    ReadWriteLSN: 0n,
    BackupSizeInBytes: at === 0 && set.type !== "L" ? BigInt(set.sizeKb) * 1024n : 0n,
    SourceBlockSize: 512,
    FileGroupId: at === 0 ? 1 : 0,
    DifferentialBaseLSN: set.fullBackupKb === null ? 0n : lsn(set.fullBackupKb),
    IsReadOnly: false,
    IsPresent: true,
  }));
}

function labelOf(file: BackupFile): Row {
  const first = file.sets[0]!;
  return {
    MediaSetId: file.mediaGuid,
    FamilyCount: 1,
    FamilySequenceNumber: 1,
    MediaFamilyId: file.mediaGuid,
    MediaSequenceNumber: 1,
    MediaLabelPresent: 0,
    SoftwareName: "Microsoft SQL Server",
    SoftwareVendorId: 4_608,
    MediaDate: new Date(first.startedAt),
    MirrorCount: 1,
    IsCompressed: first.compressed,
  };
}

function shaped(table: ReturnType<typeof columns>, rows: Row[], { version }: Context): MediaContent {
  const shown = table.filter(({ since }) => since <= version);
  return { columns: shown, rows: rows.map((row) => shown.map(({ name }) => row[name] ?? null)) };
}

const DATABASE_VERSION: Record<number, number> = {
  9: 611,
  10: 655,
  10.5: 661,
  11: 706,
  12: 782,
  13: 852,
  14: 869,
  15: 904,
};

const HEADER = columns(`
  BackupName nvarchar(128)
  BackupDescription nvarchar(255)
  BackupType smallint
  ExpirationDate datetime
  Compressed bit
  Position smallint
  DeviceType tinyint
  UserName nvarchar(128)
  ServerName nvarchar(128)
  DatabaseName nvarchar(128)
  DatabaseVersion int
  DatabaseCreationDate datetime
  BackupSize numeric(20,0)
  FirstLSN numeric(25,0)
  LastLSN numeric(25,0)
  CheckpointLSN numeric(25,0)
  DatabaseBackupLSN numeric(25,0)
  BackupStartDate datetime
  BackupFinishDate datetime
  SortOrder smallint
  CodePage smallint
  UnicodeLocaleId int
  UnicodeComparisonStyle int
  CompatibilityLevel tinyint
  SoftwareVendorId int
  SoftwareVersionMajor int
  SoftwareVersionMinor int
  SoftwareVersionBuild int
  MachineName nvarchar(128)
  Flags int
  BindingID uniqueidentifier
  RecoveryForkID uniqueidentifier
  Collation nvarchar(128)
  FamilyGUID uniqueidentifier
  HasBulkLoggedData bit
  IsSnapshot bit
  IsReadOnly bit
  IsSingleUser bit
  HasBackupChecksums bit
  IsDamaged bit
  BeginsLogChain bit
  HasIncompleteMetaData bit
  IsForceOffline bit
  IsCopyOnly bit
  FirstRecoveryForkID uniqueidentifier
  ForkPointLSN numeric(25,0)
  RecoveryModel nvarchar(60)
  DifferentialBaseLSN numeric(25,0)
  DifferentialBaseGUID uniqueidentifier
  BackupTypeDescription nvarchar(60)
  BackupSetGUID uniqueidentifier
  CompressedBackupSize bigint
  containment tinyint @11
  KeyAlgorithm nvarchar(32) @12
  EncryptorThumbprint varbinary(20) @12
  EncryptorType nvarchar(32) @12`);

const FILES = columns(`
  LogicalName nvarchar(128)
  PhysicalName nvarchar(260)
  Type char(1)
  FileGroupName nvarchar(128)
  Size numeric(20,0)
  MaxSize numeric(20,0)
  FileId bigint
  CreateLSN numeric(25,0)
  DropLSN numeric(25,0)
  UniqueId uniqueidentifier
  ReadOnlyLSN numeric(25,0)
  ReadWriteLSN numeric(25,0)
  BackupSizeInBytes bigint
  SourceBlockSize int
  FileGroupId int
  LogGroupGUID uniqueidentifier
  DifferentialBaseLSN numeric(25,0)
  DifferentialBaseGUID uniqueidentifier
  IsReadOnly bit
  IsPresent bit
  TDEThumbprint varbinary(32)
  SnapshotUrl nvarchar(360) @13`);

const LABEL = columns(`
  MediaName nvarchar(128)
  MediaSetId uniqueidentifier
  FamilyCount int
  FamilySequenceNumber int
  MediaFamilyId uniqueidentifier
  MediaSequenceNumber int
  MediaLabelPresent tinyint
  MediaDescription nvarchar(255)
  SoftwareName nvarchar(128)
  SoftwareVendorId int
  MediaDate datetime
  MirrorCount int
  IsCompressed bit`);
