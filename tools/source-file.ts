// Reads source text with a real parser (oxc, as vitest carries it): TypeScript 7 has no stable
// JavaScript API, and a tool that asks for it finds nothing and passes.
import { parseAst } from 'vitest/node'

/** One place where a file names another module. */
export interface ModuleReference {
  /** As written; undefined when it is computed at run time. */
  readonly specifier: string | undefined
  /** `location`: `new URL('./x.ts', import.meta.url)` or `import.meta.resolve('./x.ts')`. */
  readonly kind: 'static' | 'dynamic' | 'location'
  readonly isTypeOnly: boolean
  readonly line: number
  /** Where the quoted specifier stands in the text. */
  readonly start: number
  readonly end: number
}

/** A function with a body, and how many lines it takes. */
export interface FunctionExtent {
  readonly name: string
  readonly line: number
  readonly lines: number
}

/** A use of the clock, of chance or of the outside world through a global. */
export interface ImpureUse {
  readonly name: string
  readonly line: number
}

/** What the checks want to know about a source file. */
export interface SourceFile {
  readonly path: string
  readonly lines: readonly string[]
  readonly references: readonly ModuleReference[]
  readonly functions: readonly FunctionExtent[]
  readonly impureUses: readonly ImpureUse[]
  readonly hasDefaultExport: boolean
}

interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [property: string]: unknown
}

type Visit = (node: SyntaxNode, ancestors: readonly SyntaxNode[]) => void

/** Parses TypeScript or JavaScript. Throws on a syntax error, with the file's name. */
export function parseSource(path: string, text: string): SourceFile {
  const program = parse(path, text)
  const lineOf = lineFinder(text)
  const references: ModuleReference[] = []
  const functions: FunctionExtent[] = []
  const impureUses: ImpureUse[] = []
  let hasDefaultExport = false
  walk(program, [], (node, ancestors) => {
    references.push(...referencesOf(node, lineOf))
    if (isFunctionWithBody(node) && !isTestGroup(node, ancestors)) {
      const line = lineOf(node.start)
      const name = functionName(node, ancestors)
      functions.push({ name, line, lines: lineOf(node.end) - line + 1 })
    }
    const impure = impureName(node)
    if (impure !== undefined) impureUses.push({ name: impure, line: lineOf(node.start) })
    hasDefaultExport ||= isDefaultExport(node)
  })
  return { path, lines: linesOf(text), references, functions, impureUses, hasDefaultExport }
}

function parse(path: string, text: string): SyntaxNode {
  try {
    const language = /\.[cm]?js$/.test(path) ? 'js' : path.endsWith('.d.ts') ? 'dts' : 'ts'
    return parseAst(text, { lang: language, sourceType: 'module' }) as unknown as SyntaxNode
  } catch (error) {
    throw new Error(`${path} does not parse: ${(error as Error).message}`, { cause: error })
  }
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && typeof (value as SyntaxNode).type === 'string'

function walk(node: SyntaxNode, ancestors: readonly SyntaxNode[], visit: Visit): void {
  visit(node, ancestors)
  const inner = [...ancestors, node]
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) walk(child, inner, visit)
    }
  }
}

const linesOf = (text: string) => text.replace(/\n$/, '').split('\n')

function lineFinder(text: string): (offset: number) => number {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    const next = starts.findIndex((start) => start > offset)
    return next === -1 ? starts.length : next
  }
}

type Found = Pick<ModuleReference, 'kind' | 'isTypeOnly'> & { readonly source: unknown }

function referencesOf(node: SyntaxNode, lineOf: (offset: number) => number): ModuleReference[] {
  const found = findReference(node)
  if (found === undefined || !isNode(found.source)) return []
  const { kind, isTypeOnly, source } = found
  return [
    {
      specifier: constantText(source),
      kind,
      isTypeOnly,
      line: lineOf(source.start),
      start: source.start,
      end: source.end,
    },
  ]
}

function findReference(node: SyntaxNode): Found | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
      return { kind: 'static', isTypeOnly: node.importKind === 'type', source: node.source }
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
      return { kind: 'static', isTypeOnly: node.exportKind === 'type', source: node.source }
    case 'TSImportType':
      return { kind: 'static', isTypeOnly: true, source: node.source }
    case 'TSExternalModuleReference':
      return { kind: 'static', isTypeOnly: false, source: node.expression }
    case 'ImportExpression':
      return { kind: 'dynamic', isTypeOnly: false, source: node.source }
    case 'CallExpression':
    case 'NewExpression':
      return findCalledReference(node)
    default:
      return undefined
  }
}

/** `require('x')`, `import.meta.resolve('x')` and `new URL('x', import.meta.url)`. */
function findCalledReference(node: SyntaxNode): Found | undefined {
  const [first, second] = node.arguments as readonly SyntaxNode[]
  const callee = node.callee as SyntaxNode
  if (first === undefined) return undefined
  if (node.type === 'CallExpression' && callee.name === 'require') {
    return { kind: 'dynamic', isTypeOnly: false, source: first }
  }
  const isLocation =
    node.type === 'NewExpression'
      ? callee.name === 'URL' && isImportMeta(second, 'url') && isModuleName(constantText(first))
      : isImportMeta(callee, 'resolve')
  return isLocation ? { kind: 'location', isTypeOnly: false, source: first } : undefined
}

/** A URL beside the module may name any file; only those with code are modules. */
const isModuleName = (text: string | undefined) =>
  text !== undefined && /\.(ts|js|mjs|json)$/.test(text)

function isImportMeta(node: SyntaxNode | undefined, property: string): boolean {
  if (node?.type !== 'MemberExpression') return false
  const object = node.object as SyntaxNode
  return object.type === 'MetaProperty' && (node.property as SyntaxNode).name === property
}

/** The text of a string literal or of a template without holes. */
function constantText(node: SyntaxNode): string | undefined {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value
  const quasis = node.quasis as readonly { value: { cooked: string } }[] | undefined
  return node.type === 'TemplateLiteral' && quasis?.length === 1
    ? quasis[0]?.value.cooked
    : undefined
}

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])

const isFunctionWithBody = (node: SyntaxNode) => FUNCTIONS.has(node.type) && isNode(node.body)

/** The callback of `describe` is a heading, not a function: it holds as many tests as it holds. */
function isTestGroup(node: SyntaxNode, ancestors: readonly SyntaxNode[]): boolean {
  const call = ancestors.at(-1)
  if (call?.type !== 'CallExpression' || call.callee === node) return false
  return rootName(call.callee as SyntaxNode) === 'describe'
}

/** `describe.each(cases)` begins with `describe`. */
function rootName(callee: SyntaxNode): unknown {
  const inner = callee.object ?? callee.callee ?? callee.tag
  return isNode(inner) ? rootName(inner) : callee.name
}

function functionName(node: SyntaxNode, ancestors: readonly SyntaxNode[]): string {
  const parent = ancestors.at(-1)
  for (const named of [node.id, parent?.id, parent?.key]) {
    if (isNode(named) && typeof named.name === 'string') return named.name
  }
  return 'function without a name'
}

function isDefaultExport(node: SyntaxNode): boolean {
  if (node.type === 'ExportDefaultDeclaration' || node.type === 'TSExportAssignment') return true
  if (node.type !== 'ExportSpecifier') return false
  const exported = node.exported as SyntaxNode
  return exported.name === 'default' || exported.value === 'default'
}

const IMPURE_CALLS = new Set(['fetch', 'setTimeout', 'setInterval', 'setImmediate', 'Date'])
const IMPURE_OBJECTS = new Set(['process', 'performance', 'crypto', 'console', 'navigator'])
const IMPURE_MEMBERS = new Set(['Date.now', 'Math.random'])

/** Names what makes the node depend on more than its arguments; undefined for most nodes. */
function impureName(node: SyntaxNode): string | undefined {
  if (node.type === 'MemberExpression') {
    const name = (node.object as SyntaxNode).name as string
    const member = `${name}.${(node.property as SyntaxNode).name}`
    return IMPURE_OBJECTS.has(name) || IMPURE_MEMBERS.has(member) ? member : undefined
  }
  const callee = isNode(node.callee) ? (node.callee.name as string) : undefined
  if (callee === undefined) return undefined
  if (node.type === 'CallExpression') return IMPURE_CALLS.has(callee) ? `${callee}()` : undefined
  const isNow = callee === 'Date' && (node.arguments as readonly unknown[]).length === 0
  return isNow ? 'new Date()' : undefined
}
