import { testProvider } from '../../testing/test-provider.ts'
import xai from './index.ts'
import sandbox from './sandbox.ts'

testProvider(xai, sandbox, { fixtures: new URL('./fixtures/', import.meta.url) })
