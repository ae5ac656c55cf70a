import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import type { BatchService } from '../../ports/batch-service.ts'
import type { Provider } from '../../ports/provider.ts'

/** One credential of a provider, ready to be called with. */
export interface Account {
  /** Names the credential in records without telling it: never the key or a part of it. */
  readonly id: string
  /** How often it is taken, in proportion to the others'. */
  readonly weight: number
  readonly provider: Provider
}

/**
 * Several accounts at one provider as one. The caller says which credential it wants; a job is
 * always followed with the one that it was submitted with.
 */
export function joinAccounts(accounts: readonly Account[]): Provider {
  const [first] = accounts
  if (first === undefined) throw new TypeError('a provider needs an account')
  const byId = new Map(accounts.map((account) => [account.id, account.provider]))
  const named = (credential: string | undefined): Provider | undefined =>
    credential === undefined ? first.provider : byId.get(credential)
  const { provider } = first
  const probes = accounts.flatMap(({ id, provider: { probe } }) =>
    probe === undefined ? [] : [{ id, probe }],
  )
  return {
    ...provider,
    credentials: accounts.map(({ id, weight }) => ({ id, weight })),
    call: async (call, context) =>
      (await named(context.credential)?.call(call, context)) ?? unknownAccount(false),
    resume: async (job, plan, context) =>
      (await named(context.credential)?.resume(job, plan, context)) ?? unknownAccount('unknown'),
    ...(provider.readDelivery === undefined
      ? {}
      : {
          readDelivery: async (delivery, about) =>
            (await named(about.credential)?.readDelivery?.(delivery, about)) ?? {
              kind: 'unchecked',
            },
        }),
    ...(provider.cancel === undefined
      ? {}
      : {
          cancel: async (job, context) =>
            (await named(context.credential)?.cancel?.(job, context)) ?? 'unknown',
        }),
    ...(provider.batches === undefined
      ? {}
      : { batches: joinBatches(provider.batches, (id) => named(id)?.batches) }),
    ...(probes.length === 0 ? {} : { probe: (signal) => probeAll(probes, signal) }),
  }
}

/** The batches of all accounts; each is followed with the one that it was handed in with. */
function joinBatches(
  { limits }: BatchService,
  named: (credential: string | undefined) => BatchService | undefined,
): BatchService {
  // It may be configured again: what was handed in is not given up for that.
  const gone = unknownAccount('unknown')
  return {
    limits,
    submit: async (name, calls, context) =>
      (await named(context.credential)?.submit(name, calls, context)) ?? unknownAccount(false),
    find: async (name, context) => (await named(context.credential)?.find(name, context)) ?? gone,
    look: async (job, context) =>
      (await named(context.credential)?.look(job, context)) ?? { ...gone, isPassing: true },
    results: (job, planOf, context) => {
      const service = named(context.credential)
      if (service === undefined) throw new Error(gone.failure.message)
      return service.results(job, planOf, context)
    },
    cancel: async (job, context) =>
      (await named(context.credential)?.cancel(job, context)) ?? false,
  }
}

/** Every credential is asked: one that is refused must not hide behind one that works. */
async function probeAll(
  probes: readonly { readonly id: string; readonly probe: NonNullable<Provider['probe']> }[],
  signal: AbortSignal,
): Promise<{ readonly ok: boolean; readonly message: string }> {
  const answers = await Promise.all(
    probes.map(async ({ id, probe }) => ({ id, ...(await probe(signal)) })),
  )
  const message = answers.map((answer) => `${answer.id}: ${answer.message}`).join('; ')
  return { ok: answers.every(({ ok }) => ok), message }
}

/** The operator took the credential away: nothing is sent, and what was sent cannot be followed. */
const unknownAccount = (
  billed: false | 'unknown',
): { readonly kind: 'failed'; readonly failure: ProviderFailure } => ({
  kind: 'failed',
  failure: failure('auth', 'the credential of this call is no longer configured', { billed }),
})
