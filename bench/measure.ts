/** One measurement: a fresh upstream, a fresh subject, a fresh load generator, one scenario. */
import { open, rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'undici'
import { type Child, startScript } from './children.ts'
import { costNanoOf } from './exchange.ts'
import type { LoadSettings, SegmentOrder, SegmentResult } from './load.ts'
import { sampleProcess } from './process-sample.ts'
import type { Scenario } from './scenarios.ts'
import { median } from './statistics.ts'
import { type Subject, type SubjectAudit, type SubjectName, startSubject } from './subject.ts'
import type { UpstreamCounts, UpstreamSettings } from './upstream.ts'

/** What is measured, and where it may write. */
export interface MeasurementPlan {
  readonly scenario: Scenario
  readonly subject: SubjectName
  readonly round: number
  /** An empty folder; it is removed afterwards. */
  readonly home: string
  /** Leave the folder, with the gateway's log, when something was not right. */
  readonly keepFaulty: boolean
}

/** All figures of one measurement; null where the system does not tell. */
export interface Measurement {
  readonly scenario: string
  readonly subject: SubjectName
  readonly round: number
  /** Right answers, warm-up included. */
  readonly images: number
  readonly errors: number
  readonly wrong: number
  readonly refused: number
  readonly failures: readonly string[]
  readonly seconds: number
  readonly imagesPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuMsPerImage: number | null
  readonly idleRssMb: number | null
  readonly peakRssMb: number | null
  /** After each segment, at rest; only where there is more than one. */
  readonly segmentRssMb: readonly (number | null)[]
  /** Pictures the upstream handed out, hence had to be paid for. */
  readonly paid: number
  readonly audit: SubjectAudit | null
  /** What is not right, in words; empty when everything is. */
  readonly complaints: readonly string[]
}

/** The figures of the load generator, summed up over the segments after the warm-up. */
interface Run {
  readonly results: readonly SegmentResult[]
  readonly cpuMs: number | null
  readonly peakRssMb: number | null
  readonly segmentRssMb: readonly (number | null)[]
}

const START_LIMIT_MS = 15_000
const SEGMENT_LIMIT_MS = 180_000
/** Requests that are under way when a segment's time is over may still take this long. */
const OVERTIME_MS = 75_000
const REST_LOOKS = 5
const REST_LOOK_EVERY_MS = 100

/** Measures a subject in a scenario. Whatever happens, its processes and files are gone then. */
export async function measure(plan: MeasurementPlan): Promise<Measurement> {
  const { scenario, home } = plan
  const settings: UpstreamSettings = { delayMs: scenario.upstreamDelayMs }
  const upstream = startScript('upstream.ts', settings)
  let isKept = false
  try {
    const { port } = await upstream.next<{ port: number }>(START_LIMIT_MS)
    const subject = await startSubject(plan.subject, {
      upstreamPort: port,
      home,
      kind: scenario.kind,
    })
    try {
      const idle = sampleProcess(subject.pid)
      const run = await runLoad(scenario, subject)
      await subject.stop()
      const audit = await subject.audit()
      const left = { idleRssMb: idle.rssMb, audit, paid: await paidAt(port) }
      const measurement = toMeasurement(plan, run, left)
      isKept = plan.keepFaulty && measurement.complaints.length > 0
      return measurement
    } finally {
      await subject.stop()
    }
  } finally {
    await upstream.stop()
    if (!isKept) await clear(home)
  }
}

async function runLoad(scenario: Scenario, subject: Subject): Promise<Run> {
  const settings: LoadSettings = {
    origin: subject.origin,
    bearer: subject.bearer,
    operation: scenario.operation,
    kind: scenario.kind,
    connections: scenario.connections,
    mayRefuse: scenario.mayRefuse,
  }
  const load = startScript('load.ts', settings)
  try {
    const results = [await runSegment(load, scenario.warmUp)]
    const before = sampleProcess(subject.pid)
    const segmentRssMb: (number | null)[] = []
    for (const images of scenario.segments) {
      results.push(await runSegment(load, images))
      if (scenario.segments.length > 1) segmentRssMb.push(await rssAtRest(subject.pid))
    }
    const after = sampleProcess(subject.pid)
    const isKnown = before.cpuMs !== null && after.cpuMs !== null
    const cpuMs = isKnown ? Number(after.cpuMs) - Number(before.cpuMs) : null
    return { results, cpuMs, peakRssMb: after.peakRssMb, segmentRssMb }
  } finally {
    await load.stop()
  }
}

function runSegment(load: Child, images: number): Promise<SegmentResult> {
  const order: SegmentOrder = { images, limitMs: SEGMENT_LIMIT_MS }
  load.send(order)
  return load.next<SegmentResult>(SEGMENT_LIMIT_MS + OVERTIME_MS)
}

/**
 * Removes what a subject has stored, and waits until the file system has booked that: otherwise the
 * next subject pays for the removal of this one's pictures.
 */
async function clear(home: string): Promise<void> {
  await rm(home, { recursive: true, force: true })
  const mark = await open(`${home}.cleared`, 'w')
  try {
    await mark.sync()
  } finally {
    await mark.close()
  }
}

async function rssAtRest(pid: number | null): Promise<number | null> {
  const looks: number[] = []
  for (let look = 0; look < REST_LOOKS; look += 1) {
    await delay(REST_LOOK_EVERY_MS)
    const { rssMb } = sampleProcess(pid)
    if (rssMb !== null) looks.push(rssMb)
  }
  return looks.length === 0 ? null : median(looks)
}

async function paidAt(upstreamPort: number): Promise<number> {
  const { body } = await request(`http://127.0.0.1:${upstreamPort}/__bench/counts`)
  return ((await body.json()) as UpstreamCounts).pictures
}

function toMeasurement(
  plan: MeasurementPlan,
  run: Run,
  left: Pick<Measurement, 'idleRssMb' | 'audit' | 'paid'>,
): Measurement {
  const measured = run.results.slice(1)
  const last = run.results.at(-1)
  const measuredImages = sum(measured, 'images')
  const seconds = sum(measured, 'seconds')
  const figures = {
    scenario: plan.scenario.id,
    subject: plan.subject,
    round: plan.round,
    images: sum(run.results, 'images'),
    errors: sum(run.results, 'errors'),
    wrong: sum(run.results, 'wrong'),
    refused: sum(run.results, 'refused'),
    failures: run.results.flatMap(({ failures }) => failures),
    seconds,
    imagesPerSecond: measuredImages / seconds,
    p50Ms: last?.p50Ms ?? Number.NaN,
    p99Ms: last?.p99Ms ?? Number.NaN,
    cpuMsPerImage: run.cpuMs === null ? null : run.cpuMs / measuredImages,
    peakRssMb: run.peakRssMb,
    segmentRssMb: run.segmentRssMb,
    ...left,
  }
  return { ...figures, complaints: complaintsOf(figures, plan.scenario) }
}

/** Goal 21: the things that must be right whatever the speed is. */
function complaintsOf(figures: Omit<Measurement, 'complaints'>, scenario: Scenario): string[] {
  const { images, audit } = figures
  const ordered = scenario.warmUp + scenario.segments.reduce((total, part) => total + part, 0)
  const expectedCost = String(costNanoOf(scenario.operation) * BigInt(images))
  const complaints: string[] = []
  const expect = (what: string, found: number | string, expected: number | string): void => {
    if (found !== expected) complaints.push(`${what}: ${found} instead of ${expected}`)
  }
  expect('right answers', images, ordered)
  expect('errors', figures.errors, 0)
  expect('wrong bytes', figures.wrong, 0)
  expect('pictures paid for', figures.paid, images)
  if (audit !== null) {
    expect('pictures on disk', audit.store.pictures, images)
    expect('unknown files on disk', audit.store.others, 0)
    expect('ledger rows', audit.ledger?.rows ?? 'no ledger', images)
    if (figures.subject === 'gateway') {
      expect('sum of cost in nano-dollars', audit.ledger?.costNano ?? 'none', expectedCost)
    }
  }
  return complaints
}

function sum(
  results: readonly SegmentResult[],
  field: 'images' | 'errors' | 'wrong' | 'refused' | 'seconds',
): number {
  return results.reduce((total, result) => total + result[field], 0)
}
