import { z } from 'zod'
import type { Model } from '../../core/catalog/model.ts'
import type { ProviderDefinition, ProviderInstance } from '../shared/definition.ts'
import { withInstance } from '../shared/with-instance.ts'

/** Deployments of one resource; a bound of ours. */
const MAX_DEPLOYMENTS = 100
/** Where the Images API lies below a resource (Azure's v1 API, read 2026-11-25). */
const API_ROOT = '/openai/v1'

const settingsSchema = z.strictObject({
  /** Name of the resource: `{resource}.openai.azure.com`. */
  resource: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/i, 'must be the name of a resource')
    .optional(),
  /** Its address, where it has another one. */
  base_url: z.url({ protocol: /^https?$/ }).optional(),
  /** Which model each deployment is of, because a deployment's name says nothing of it. */
  deployments: z
    .record(z.string().regex(/^[\w.-]{1,64}$/, 'is no name of a deployment'), z.string().min(1))
    .refine((named) => Object.keys(named).length <= MAX_DEPLOYMENTS, 'are too many')
    .optional(),
})

/**
 * The definition of one resource: its address, and the models that are deployed there. Without a
 * list every model is taken to be deployed under its own name.
 * @throws Error in words for settings that are wrong.
 */
export function toAccount(
  kind: ProviderDefinition,
  instance: ProviderInstance,
): ProviderDefinition {
  const read = settingsSchema.safeParse(instance.settings)
  if (!read.success) {
    throw settingsError(
      instance,
      read.error.issues.map((issue) => [...issue.path, issue.message].join(': ')).join('; '),
    )
  }
  const { resource, base_url: ownUrl, deployments } = read.data
  const addresses = [
    instance.baseUrl,
    ownUrl,
    resource === undefined ? undefined : `https://${resource}.openai.azure.com`,
  ].filter((address) => address !== undefined)
  const [address, ...others] = addresses
  if (address === undefined || others.length > 0) {
    throw settingsError(instance, 'give exactly one of resource and base_url')
  }
  const baseUrl = toBaseUrl(address)
  const account = withInstance(kind, { id: instance.id, baseUrl }, { models: [], prices: [] })
  const ownHosts = [`.${new URL(baseUrl).hostname}`]
  const models =
    deployments === undefined ? account.models : deployed(account.models, deployments, instance)
  const offers = new Set(models.map(({ id }) => `${instance.id}/${id}`))
  return {
    ...account,
    origin: { ...account.origin, baseUrl, ownHosts },
    models,
    prices: account.prices.filter(({ offer }) => offers.has(offer)),
  }
}

/** An address without a path is that of the resource; the API lies below it. */
function toBaseUrl(address: string): string {
  const url = new URL(address)
  const path = url.pathname.replace(/\/+$/, '')
  return `${url.origin}${path === '' ? API_ROOT : path}`
}

function deployed(
  listed: readonly Model[],
  deployments: Readonly<Record<string, string>>,
  instance: ProviderInstance,
): readonly Model[] {
  const models = Object.entries(deployments).map(([deployment, name]): Model => {
    const model = listed.find(({ id, otherNames }) => id === name || otherNames.includes(name))
    if (model === undefined) {
      const known = listed.map(({ id }) => id).join(', ')
      const problem = `${name} is no model that Azure deploys; there are ${known}`
      throw settingsError(instance, `deployments: ${deployment}: ${problem}`)
    }
    const names = new Set([...model.otherNames, deployment])
    names.delete(model.id)
    return { ...model, wireName: deployment, otherNames: [...names] }
  })
  const twice = models.find(({ id }, index) => models.findIndex((one) => one.id === id) !== index)
  if (twice === undefined) return models
  const problem = `${twice.id} is deployed twice; configure the second as an account of its own`
  throw settingsError(instance, `deployments: ${problem}`)
}

const settingsError = ({ id }: ProviderInstance, problem: string): Error =>
  new Error(`settings of ${id}: ${problem}`)
