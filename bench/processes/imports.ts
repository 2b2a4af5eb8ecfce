import "@slack/bolt";
import "@slack/web-api";
import "bullmq";
import "chrono-node";
import "cron-parser";
import "ioredis";
import "luxon";
import "pino";
import "prom-client";
import "undici";
import "yaml";
import "zod";
import { residentBytes, serve } from "../child.js";

/** Imports what the product imports before its first request (azure and ssh2 come later), and rests. */
serve({ resident: async () => residentBytes() });
