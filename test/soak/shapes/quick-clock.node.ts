// Loaded before a server: its clock goes faster, so that leases end within a soak. Timers are as they were.
// All threads read the same clock, since its beginning is given to them.

const [startMs = Number.NaN, speed = Number.NaN] = (process.env["SOAK_CLOCK"] ?? "")
  .split(" ")
  .map(Number);
if (!(startMs > 0 && speed > 0)) throw new Error("SOAK_CLOCK gives no start and speed");

const actualNow = Date.now.bind(Date);
Date.now = (): number => Math.floor(startMs + (actualNow() - startMs) * speed);
