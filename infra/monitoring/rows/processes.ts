import { instruments as of } from "../../../shared/telemetry/instruments.ts";
import { label, line, q, type Row } from "../panel.ts";

const server = "{{instance}}";

export const processes: Row = {
  title: "Processes",
  panels: [
    {
      title: "Memory",
      help: "Flat under the same load, or it leaks.",
      unit: "bytes",
      queries: [line(server, q.series(of.residentMemory))],
    },
    {
      title: "JavaScript's heap",
      help: "By thread.",
      unit: "bytes",
      queries: [line(`${server} ${label("thread")}`, q.series(of.heapBytes))],
    },
    {
      title: "Processor",
      help: "Cores in use. A server with one worker that nears 1 has no more to give: --workers.",
      unit: "none",
      queries: [line(server, `rate(${q.series(of.cpuSeconds)}[$__rate_interval])`)],
    },
    {
      title: "Delay of the event loop",
      help: "How late a thread is, at the 99th percentile: whatever waits for it waits so long.",
      unit: "s",
      queries: [line(`${server} ${label("thread")}`, q.series(of.eventLoopDelaySeconds))],
    },
    {
      title: "File descriptors",
      help: "Connections are the most of them.",
      unit: "percentunit",
      queries: [line(server, `${q.series(of.openFiles)} / ${q.series(of.maxFiles)}`)],
    },
    {
      title: "Time until the certificate ends",
      help: "Of servers with TLS.",
      unit: "s",
      queries: [line(server, `(${q.series(of.certificateEnd)} > 0) - time()`)],
    },
    {
      title: "Time since the start",
      help: "A line that begins again at 0 is a restart.",
      unit: "s",
      queries: [line(server, `time() - ${q.series(of.startTime)}`)],
    },
    {
      title: "Versions",
      help: "Servers by what they run: two of them for long is a roll-out that has stopped.",
      unit: "short",
      queries: [
        line(
          `${label("version")}, Node ${label("node")}`,
          `count by (version, node) (${q.series(of.buildInfo)})`,
        ),
      ],
    },
  ],
};
