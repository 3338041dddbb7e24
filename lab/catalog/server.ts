/** The server itself: its configuration, its machine, its name. */

import { agentRuns } from "#lab/catalog/agent.ts";
import { versionNumber } from "#lab/catalog/versions.ts";
import { columns, type Row, type View, type Viewing } from "#lab/catalog/view.ts";
import type { Instance } from "#lab/mirroring/model.ts";

export const serverViews: View[] = [
  {
    name: "sys.configurations",
    columns: columns(`
      configuration_id int !
      name nvarchar(35) !
      value sql_variant
      minimum sql_variant
      maximum sql_variant
      value_in_use sql_variant
      description nvarchar(255) !
      is_dynamic bit !
      is_advanced bit !`),
    rows: ({ instance }) => CONFIGURATION.map((row) => configurationRow(row, instance)),
  },
  {
    name: "sys.dm_os_sys_info",
    requires: "VIEW SERVER STATE",
    columns: columns(`
      cpu_ticks bigint !
      ms_ticks bigint !
      cpu_count int !
      hyperthread_ratio int !
      stack_size_in_bytes int !
      os_quantum bigint !
      os_error_mode int !
      max_workers_count int !
      scheduler_count int !
      scheduler_total_count int !
      sqlserver_start_time_ms_ticks bigint !
      sqlserver_start_time datetime !
      virtual_machine_type int @11
      virtual_machine_type_desc nvarchar(60) @11
      physical_memory_kb bigint @11
      committed_kb bigint @11
      committed_target_kb bigint @11`),
    rows: ({ fleet, instance }) => [
      {
        cpu_ticks: BigInt(fleet.now) * 2_400_000n,
        ms_ticks: BigInt(Math.max(0, fleet.now - instance.startedAt)) + 60_000n,
        cpu_count: 8,
        hyperthread_ratio: 8,
        stack_size_in_bytes: 2_093_056,
        os_quantum: 4n,
        os_error_mode: 5,
        max_workers_count: 576,
        scheduler_count: 8,
        scheduler_total_count: 20,
        sqlserver_start_time_ms_ticks: 60_000n,
        sqlserver_start_time: new Date(instance.startedAt + instance.clockOffset),
        virtual_machine_type: 1,
        virtual_machine_type_desc: "HYPERVISOR",
        physical_memory_kb: 33_554_432n,
        committed_kb: 8_388_608n,
        committed_target_kb: 8_388_608n,
      },
    ],
  },
  {
    name: "sys.dm_server_services",
    requires: "VIEW SERVER STATE",
    columns: columns(`
      servicename nvarchar(256) !
      startup_type int
      startup_type_desc nvarchar(256) !
      status int
      status_desc nvarchar(256) !
      process_id int
      last_startup_time datetime2(7)
      service_account nvarchar(256) !`),
    rows: services,
  },
];

function services({ instance }: Viewing): Row[] {
  const [, name] = instance.name.split("\\");
  const running = {
    startup_type: 2,
    startup_type_desc: "Automatic",
    status: 4,
    status_desc: "Running",
    service_account: "NT AUTHORITY\\NETWORK SERVICE",
  };
  const label = name ? name.toUpperCase() : "MSSQLSERVER";
  return [
    {
      servicename: `SQL Server (${label})`,
      process_id: 1804,
      last_startup_time: new Date(instance.startedAt + instance.clockOffset),
      ...running,
    },
    ...(versionNumber(instance.version) >= 10.5 && !/express/i.test(instance.edition)
      ? [
          {
            servicename: `SQL Server Agent (${label})`,
            ...running,
            ...(agentRuns(instance)
              ? { process_id: 2210 }
              : { status: 1, status_desc: "Stopped", process_id: null }),
          },
        ]
      : []),
  ];
}

function configurationRow(
  [id, name, usual, low, high, advanced]: (typeof CONFIGURATION)[number],
  { configurations = {} }: Instance,
): Row {
  const value = configurations[name] ?? usual;
  const variant = (number: number) => ({ base: { name: "int" as const }, value: number });
  return {
    configuration_id: id,
    name,
    value: variant(value),
    minimum: variant(low),
    maximum: variant(high),
    value_in_use: variant(value),
    description: name,
    is_dynamic: true,
    is_advanced: advanced,
  };
}

export const CONFIGURATION: [
  id: number,
  name: string,
  value: number,
  low: number,
  high: number,
  advanced: boolean,
][] = [
  [101, "recovery interval (min)", 0, 0, 32767, true],
  [103, "user connections", 0, 0, 32767, true],
  [109, "fill factor (%)", 0, 0, 100, true],
  [503, "max worker threads", 0, 128, 32767, true],
  [505, "network packet size (B)", 4096, 512, 32767, true],
  [518, "show advanced options", 0, 0, 1, false],
  [1538, "cost threshold for parallelism", 5, 0, 32767, true],
  [1539, "max degree of parallelism", 0, 0, 1024, true],
  [1543, "min server memory (MB)", 0, 0, 2147483647, true],
  [1544, "max server memory (MB)", 24576, 16, 2147483647, true],
  [1579, "backup compression default", 0, 0, 1, false],
  [1581, "optimize for ad hoc workloads", 0, 0, 1, true],
  [16384, "Agent XPs", 1, 0, 1, true],
  [16390, "xp_cmdshell", 0, 0, 1, true],
];
