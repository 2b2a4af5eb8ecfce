/** Jest in ESM mode (several packages are ESM only); swc strips the types, `npm run types` checks them. */
export default {
  testEnvironment: "<rootDir>/test/support/environment.mjs",
  testSequencer: "<rootDir>/test/support/sequencer.mjs",
  reporters: ["default", "<rootDir>/test/support/reporter.mjs"],
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts", "**/*.test.tsx"],
  extensionsToTreatAsEsm: [".ts", ".tsx"],
  transform: {
    "^.+\\.tsx?$": [
      "@swc/jest",
      {
        jsc: {
          parser: { syntax: "typescript", tsx: true },
          target: "es2022",
          transform: { react: { runtime: "automatic" } },
        },
        module: { type: "es6" },
      },
    ],
  },
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  testTimeout: 600_000,
  // One more than the smallest machine has cores: there is always a file that waits (test/support/sequencer.mjs).
  maxWorkers: 3,
  // A worker keeps the modules of every file it has run, and gets slower with them, up to four times near a gigabyte: above this it is begun
  // anew between two files. Half of that costs a second or two of starting, and saves a fifth of the whole.
  workerIdleMemoryLimit: "500MB",
};
