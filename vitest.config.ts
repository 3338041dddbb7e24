import { defineConfig } from "vitest/config";

// Server code meets `server-only` and React's server half, as it does in Next; what is seen meets the other half.
export default defineConfig({
  test: {
    projects: [
      {
        ssr: {
          resolve: { conditions: ["react-server", "node"], externalConditions: ["react-server", "node"] },
        },
        test: {
          name: "server",
          include: ["{lib,lab,bin,prisma,bench,chaos,app}/**/*.test.ts"],
          globalSetup: ["./bin/postgres-for-tests.setup.ts"],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: { name: "components", include: ["components/**/*.test.{ts,tsx}", "app/**/*.test.tsx"] },
      },
    ],
  },
});
