import type { JsonObject } from '../core/json.ts'
import { dollarsFromNano } from '../core/money.ts'
import type { QualityNote } from '../core/quality/quality-note.ts'
import type { GateReport, GateVerdict } from './gate-desk.ts'

/** What gates said of a picture, as it is kept and shown. */
export const printQuality = (report: GateReport): QualityNote => ({
  verdict: report.isGood ? 'passed' : 'refused',
  ...(report.score === undefined ? {} : { score: rounded(report.score) }),
  ...(report.refusal === undefined ? {} : { refused_by: report.refusal.gate }),
  gates: report.verdicts.map(printVerdict),
  cost: dollarsFromNano(report.costNano),
  ...(report.hasUnknownCost ? { cost_unknown: true } : {}),
  milliseconds: Math.round(report.milliseconds),
})

const printVerdict = (verdict: GateVerdict): JsonObject => ({
  gate: verdict.gate,
  outcome: verdict.outcome,
  ...(verdict.score === undefined ? {} : { score: rounded(verdict.score) }),
  reason: verdict.reason,
  ...(Object.keys(verdict.measured).length === 0 ? {} : { measured: verdict.measured }),
  ...(verdict.costNano === 0n
    ? {}
    : { cost: verdict.costNano === undefined ? 'unknown' : dollarsFromNano(verdict.costNano) }),
  milliseconds: Math.round(verdict.milliseconds),
  ...(verdict.isEmulated === true ? { emulated: true } : {}),
  ...(verdict.scoreVersion === undefined ? {} : { version: verdict.scoreVersion }),
})

const rounded = (score: number): number => Math.round(score * 10_000) / 10_000
