export { type FakeClock, fakeClock } from "./fake-clock.ts";
export { type PersonalDataFixture, personalDataContract } from "./personal-data-contract.ts";
export { type LogLine, type RecordingLogger, recordingLogger } from "./recording-logger.ts";
export { type RecordedSpan, type RecordingTracer, recordingTracer } from "./recording-tracer.ts";
export type { Expect, Runner } from "./runner.ts";
export { tracerContract } from "./tracer-contract.ts";
