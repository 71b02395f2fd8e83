// A DBOS workflow of three steps per message: two specialists, then the decision stored. Prints messages per second.
// usage: node dbos.mjs <database url> <messages> <in flight>
import { DBOS } from "@dbos-inc/dbos-sdk";
import pg from "pg";

const [url, messages, inFlight] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const pool = new pg.Pool({ connectionString: url, max: 20 });
await pool.query("CREATE TABLE IF NOT EXISTS reference_decisions (id text PRIMARY KEY, decision text NOT NULL, decided_at timestamptz NOT NULL DEFAULT now())");

const words = ["cancelar", "reclamar", "procon"];
async function safety(text) {
  return words.some((word) => text.toLowerCase().includes(word)) ? "BLOCK" : "SUCCESS";
}
async function srv() {
  return "SUCCESS";
}
async function record(id, verdict) {
  await pool.query("INSERT INTO reference_decisions (id, decision) VALUES ($1, $2)", [id, verdict === "BLOCK" ? "BLOCK" : "PROCEED"]);
}

async function route(id, text) {
  const [verdict] = await Promise.all([
    DBOS.runStep(() => safety(text), { name: "safety" }),
    DBOS.runStep(() => srv(), { name: "srv" }),
  ]);
  await DBOS.runStep(() => record(id, verdict), { name: "record" });
}

const workflow = DBOS.registerWorkflow(route, { name: "route" });
DBOS.setConfig({ name: "reference", systemDatabaseUrl: url, logLevel: "error", runAdminServer: false });
await DBOS.launch();

let next = 0;
async function sender(run, total) {
  for (;;) {
    const n = next++;
    if (n >= total) return;
    const handle = await DBOS.startWorkflow(workflow)(`${run}-${n}`, "Olá, quero saber mais");
    await handle.getResult();
  }
}
async function pass(run, total) {
  next = 0;
  const started = performance.now();
  await Promise.all(Array.from({ length: inFlight }, () => sender(run, total)));
  return (total / (performance.now() - started)) * 1000;
}

await pass(`warm-${process.pid}`, Math.min(200, messages));
const rate = await pass(`run-${process.pid}`, messages);
console.log(`rate ${rate.toFixed(1)}`);
await DBOS.shutdown();
await pool.end();
process.exit(0);
