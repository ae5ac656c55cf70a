/** Modes of LiteLLM's file that are about pictures; `image_edits` stood there in January 2026. */
const EDIT_MODES: readonly unknown[] = ['image_edit', 'image_edits']
const GENERATE_MODES: readonly unknown[] = ['image_generation', 'image_generations']

/** What the services of edit models do, by what their names say. */
const services: readonly (readonly [RegExp, string])[] = [
  [/inpaint|-fill$/, 'inpaint'],
  [/outpaint|-expand$/, 'outpaint'],
  [/erase/, 'erase'],
  [/search-(and-)?replace/, 'search_and_replace'],
  [/search-(and-)?recolor/, 'search_and_recolor'],
  [/remove-background/, 'remove_background'],
  [/replace-background/, 'replace_background'],
  [/upscale|^stability\/(fast|conservative|creative)$/, 'upscale'],
]

/** The operations that a row prices; empty when it is not about pictures. */
export function operationsOf(
  key: string,
  row: { readonly mode?: unknown; readonly supported_endpoints?: unknown },
): readonly string[] {
  const endpoints = Array.isArray(row.supported_endpoints) ? row.supported_endpoints : []
  if (GENERATE_MODES.includes(row.mode)) {
    return endpoints.includes('/v1/images/edits') ? ['generate', 'edit'] : ['generate']
  }
  if (!EDIT_MODES.includes(row.mode)) return []
  const service = services.find(([pattern]) => pattern.test(key))?.[1]
  if (service !== undefined) return [service]
  return endpoints.includes('/v1/images/generations') ? ['edit', 'generate'] : ['edit']
}
