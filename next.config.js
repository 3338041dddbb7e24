import createNextIntlPlugin from "next-intl/plugin";

/** @type {import("next").NextConfig} */
const config = {
  output: process.env.NEXT_OUTPUT === "standalone" ? "standalone" : undefined,
  poweredByHeader: false,
  reactStrictMode: true,
  // Drivers that load files of their own at run time.
  serverExternalPackages: ["mssql", "tedious", "pg"],
  turbopack: { root: import.meta.dirname },
  // Types are a check of their own (npm test); a start need not wait for them.
  typescript: { ignoreBuildErrors: true },
  headers: async () => [{ source: "/:path*", headers: securityHeaders }],
};

const securityHeaders = [
  { key: "X-Frame-Options", value: "DENY" },
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "Referrer-Policy", value: "same-origin" },
];

export default createNextIntlPlugin("./lib/i18n/request.ts")(config);
