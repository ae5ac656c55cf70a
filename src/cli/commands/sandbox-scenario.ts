import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { ConfigError } from '../../config/config-error.ts'
import { readScenario } from '../../scenario/read-scenario.ts'
import type { ScenarioReport } from '../../scenario/report.ts'
import { emulatedIds, runScenario } from '../../scenario/run-scenario.ts'
import type { Scenario } from '../../scenario/scenario-file.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { action } from '../settings.ts'

/** `keeprate sandbox scenario` */
export function addSandboxScenario(sandbox: Command): void {
  sandbox
    .command('scenario')
    .argument('<file>', 'scenario in YAML or JSON (docs/scenario.schema.json)')
    .description('Rehearse load and outages in time of its own; exits 3 when a goal is missed')
    .option('--json', 'print JSON on standard output and nothing else')
    .action(action(rehearse))
}

/** Reads a scenario's file. @throws ConfigError also when there is no such file. */
export async function openScenario(file: string): Promise<Scenario> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new ConfigError([`${file}: cannot be read: ${error.message}`])
  })
  return readScenario(text, file, emulatedIds)
}

async function rehearse(output: Output, file: string): Promise<number> {
  const scenario = await openScenario(file)
  output.note(`rehearsing ${scenario.scenario}; simulated spend, no provider is called`)
  const report = await runScenario(scenario)
  output.data(report, textOf(report))
  return report.missed.length === 0 ? exitCodes.ok : exitCodes.overLimit
}

function textOf(report: ScenarioReport): string {
  const { latency_s: latency, batch } = report
  const counts = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || 'none'
  const facts = [
    `${report.scenario}: ${report.requests} requests in ${report.simulated_s} s (simulated)`,
    `  success          ${(report.success * 100).toFixed(2)} %`,
    ...(batch === undefined
      ? []
      : [`  batch            ${batch.made} of ${batch.lines} lines made in ${batch.took_s} s`]),
    `  errors           ${counts(report.errors)}`,
    `  calls            ${report.calls}, ${report.calls_per_request} a request`,
    `  failed calls     ${counts(report.failures)}`,
    `  latency          p50 ${latency.p50} s, p95 ${latency.p95} s, p99 ${latency.p99} s`,
    `  spend            $${report.spend} (simulated)`,
    `  holds left open  $${report.held}`,
    `  ledger           ${report.ledger_findings.length === 0 ? 'balances' : 'does not balance'}`,
  ]
  const head = ['provider', 'calls', 'failed', 'wasted/min', 'breaker openings', 'spend']
  const rows = report.providers.map((each) => [
    ...[each.provider, String(each.calls), String(each.failed), String(each.wasted_per_minute)],
    ...[String(each.breaker_openings), `$${each.spend}`],
  ])
  const verdict = report.missed.map((missed) => `missed: ${missed}`)
  return [...facts, '', table([head, ...rows]), '', ...verdict].join('\n').trimEnd()
}
