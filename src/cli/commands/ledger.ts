import type { Command } from 'commander'
import { requestLimits } from '../../core/request/limits.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'
import { addReconcile } from './reconcile.ts'

/** A hold may be open as long as the longest request may run, and an hour for what follows. */
const LONGEST_HOLD_MS = requestLimits.maxDeadlineMs + 3_600_000

/** `keeprate ledger check|reconcile` */
export function addLedger(program: Command): void {
  const ledger = program.command('ledger').description('Check the books')
  withCommonOptions(ledger.command('check'))
    .description('Check that entries, holds, balances and usage agree, and every call has a price')
    .action(action(check))
  addReconcile(ledger)
}

const check = (output: Output, options: CommonOptions): Promise<number> =>
  withKeeprate(options, async ({ stores, gateway }) => {
    const { ledger } = stores
    const mistakes = await ledger.audit()
    const doubts = await ledger.doubts(gateway.deps.clock.now() - LONGEST_HOLD_MS)
    const findings = [
      ...mistakes.map((detail) => ({ kind: 'mistake', detail })),
      ...doubts.map((detail) => ({ kind: 'doubt', detail })),
    ]
    const isRight = findings.length === 0
    const text = isRight
      ? 'The books are right: holds, entries, balances and usage agree.'
      : findings.map(({ kind, detail }) => `${kind}  ${detail}`).join('\n')
    output.data({ ok: isRight, findings }, text)
    return isRight ? exitCodes.ok : exitCodes.failed
  })
