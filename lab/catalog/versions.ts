/** What a build number says of a server. */
import type { Instance } from "#lab/mirroring/model.ts";

/** 10.5 for 10.50.x (2008 R2), 11 for 2012 and so on: enough to tell what a version knows. */
export function versionNumber(version: string): number {
  const [major = "0", minor = "0"] = version.split(".");
  return Number(major) + (minor.startsWith("5") ? 0.5 : 0);
}

export function compatibilityLevel(version: number): number {
  return Math.floor(version) * 10;
}

/** @@VERSION, as the server of that build writes it. */
export function versionText({ version, level, edition }: Instance): string {
  const product = PRODUCTS[String(versionNumber(version))] ?? `Version ${version}`;
  return (
    `Microsoft SQL Server ${product} (${level}) - ${version} (X64) \n\tCopyright (c) Microsoft Corporation\n\t` +
    `${edition} on Windows NT 6.3 <X64> (Build 9600: ) (Hypervisor)\n`
  );
}

const PRODUCTS: Record<string, string> = {
  "9": "2005",
  "10": "2008",
  "10.5": "2008 R2",
  "11": "2012",
  "12": "2014",
  "13": "2016",
  "14": "2017",
  "15": "2019",
  "16": "2022",
};
