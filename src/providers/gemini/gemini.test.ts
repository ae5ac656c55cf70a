import { testProvider } from '../../testing/test-provider.ts'
import gemini from './index.ts'
import sandbox from './sandbox.ts'

testProvider(gemini, sandbox, { fixtures: new URL('./fixtures/', import.meta.url) })
