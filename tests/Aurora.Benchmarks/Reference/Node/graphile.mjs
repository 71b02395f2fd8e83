// One graphile-worker job per message: the specialists in memory, then the decision stored. Prints messages per second.
// usage: node graphile.mjs <database url> <messages> <in flight>
import { runMigrations, run } from "graphile-worker";
import pg from "pg";

const [url, messages, inFlight] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const pool = new pg.Pool({ connectionString: url, max: 20 });
await pool.query("CREATE TABLE IF NOT EXISTS reference_decisions (id text PRIMARY KEY, decision text NOT NULL, decided_at timestamptz NOT NULL DEFAULT now())");
await runMigrations({ pgPool: pool });

const words = ["cancelar", "reclamar", "procon"];
const runId = `graphile-${process.pid}`;
await pool.query(
  `SELECT graphile_worker.add_job('route', json_build_object('id', $1::text || '-' || n, 'text', 'Olá, quero saber mais'))
   FROM generate_series(1, $2::int) n`,
  [runId, messages],
);

let done = 0;
let started = 0;
let finish;
const finished = new Promise((resolve) => { finish = resolve; });
const quiet = { error() {}, warn() {}, info() {}, debug() {} };
const { Logger } = await import("graphile-worker");
const runner = await run({
  pgPool: pool,
  concurrency: inFlight,
  pollInterval: 100,
  noHandleSignals: true,
  logger: new Logger(() => (level, message) => quiet[level]?.(message)),
  taskList: {
    route: async (payload, helpers) => {
      started ||= performance.now();
      const blocked = words.some((word) => payload.text.toLowerCase().includes(word));
      await helpers.query("INSERT INTO reference_decisions (id, decision) VALUES ($1, $2)", [payload.id, blocked ? "BLOCK" : "PROCEED"]);
      if (++done === messages) finish();
    },
  },
});
await finished;
console.log(`rate ${((messages / (performance.now() - started)) * 1000).toFixed(1)}`);
await runner.stop();
await pool.end();
process.exit(0);
