import { Command, CommanderError } from 'commander'
import { addAlerts } from './commands/alerts.ts'
import { addBatch } from './commands/batch.ts'
import { addBench } from './commands/bench.ts'
import { addBudget } from './commands/budget.ts'
import { addCache } from './commands/cache.ts'
import { addConfig } from './commands/config.ts'
import { addDoctor } from './commands/doctor.ts'
import { addEdit } from './commands/edit.ts'
import { addFeedback } from './commands/feedback.ts'
import { addGates } from './commands/gates.ts'
import { addGenerate } from './commands/generate.ts'
import { addJobs } from './commands/jobs.ts'
import { addKeys } from './commands/keys.ts'
import { addLedger } from './commands/ledger.ts'
import { addListen } from './commands/listen.ts'
import { addModels } from './commands/models.ts'
import { addPrice } from './commands/price.ts'
import { addRecommend } from './commands/recommend.ts'
import { addRoute } from './commands/route.ts'
import { addSandbox } from './commands/sandbox.ts'
import { addServe } from './commands/serve.ts'
import { addStorage } from './commands/storage.ts'
import { addUsage } from './commands/usage.ts'
import { addWebhooks } from './commands/webhooks.ts'
import { exitCodes } from './exit-codes.ts'
import { createOutput } from './output.ts'
import { version } from './version.ts'

const program = new Command('keeprate')
  .description('Image-generation gateway at the lowest cost per accepted image')
  .version(version)
  .showHelpAfterError('(add --help for the options)')
  .exitOverride()

for (const add of [
  addServe,
  addGenerate,
  addEdit,
  addModels,
  addRoute,
  addRecommend,
  addGates,
  addPrice,
  addUsage,
  addBudget,
  addJobs,
  addBatch,
  addLedger,
  addCache,
  addStorage,
  addFeedback,
  addKeys,
  addWebhooks,
  addListen,
  addAlerts,
  addDoctor,
  addConfig,
  addSandbox,
  addBench,
]) {
  add(program)
}

// `keeprate price list | head` has read enough; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.ok)
  throw error
})

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // Help and version are wanted; everything else the parser refuses is wrong usage.
  process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  // The parser has told people; a program that asked for JSON reads that alone.
  if (error.exitCode !== 0 && process.argv.includes('--json')) {
    const message = error.message.replace(/^error: /, '')
    createOutput(true).data({ error: { code: 'usage', message } }, '')
  }
}
