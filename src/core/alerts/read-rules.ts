import { invalid } from '../errors/gateway-error.ts'
import { nanoFromDollars } from '../money.ts'
import type { AlertRules } from './alert-rules.ts'

type Reader = (value: string, rules: AlertRules) => AlertRules | undefined

const shareOf = (value: string): number | undefined => {
  const share = Number(value)
  return value.trim() !== '' && share > 0 && share <= 10 ? share : undefined
}

const readShare =
  (name: 'costDrift' | 'acceptanceDrop' | 'cacheHitDrop'): Reader =>
  (value, rules) => {
    const share = shareOf(value)
    return share === undefined ? undefined : { ...rules, [name]: share }
  }

const readers: ReadonlyMap<string, Reader> = new Map([
  ['cost_drift', readShare('costDrift')],
  ['acceptance_drop', readShare('acceptanceDrop')],
  ['cache_hit_drop', readShare('cacheHitDrop')],
])

/**
 * Changes rules by a text: `cost_per_accepted:0.012,cost_per_accepted.hero:0.08,cost_drift:0.5`.
 * @throws GatewayError naming `param`.
 */
export function readRules(param: string, text: string, base: AlertRules): AlertRules {
  return text.split(',').reduce((rules, part) => readRule(param, part.trim(), rules), base)
}

function readRule(param: string, text: string, rules: AlertRules): AlertRules {
  const [name = '', value = '', ...more] = text.split(':')
  const [kind, purpose] = name.split('.')
  const read =
    kind === 'cost_per_accepted'
      ? readTarget(purpose, value, rules)
      : readers.get(name)?.(value, rules)
  if (read !== undefined && more.length === 0) return read
  const form = `${[...readers.keys()].join(':0.2, ')}:0.2, cost_per_accepted:0.012`
  throw invalid(param, `${param}: ${text.slice(0, 60)} is no rule; write ${form}.`)
}

function readTarget(
  purpose: string | undefined,
  value: string,
  rules: AlertRules,
): AlertRules | undefined {
  const { all, purposes = {} } = rules.costPerAccepted ?? {}
  try {
    const nano = nanoFromDollars(value)
    if (nano <= 0n) return undefined
    return {
      ...rules,
      costPerAccepted:
        purpose === undefined
          ? { all: nano, purposes }
          : { ...(all === undefined ? {} : { all }), purposes: { ...purposes, [purpose]: nano } },
    }
  } catch {
    return undefined
  }
}
