// Invites somebody: a name and a role make a link, which is shown once.

import { useRef, useState } from 'preact/hooks'
import { ROLES, type Role } from '../../src/api/paths.ts'
import { act } from '../state/act.ts'
import { call } from '../state/api.ts'

const ROLE_TEXTS: Record<Role, string> = {
  annotator: 'annotator: names images',
  reviewer: 'reviewer: settles and sees everything as well',
  owner: 'owner: runs the project as well',
}

interface Props {
  readonly onInvited: (name: string, token: string) => void
}

export function InviteForm({ onInvited }: Props) {
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('annotator')

  const invite = (event: Event) => {
    event.preventDefault()
    act(async () => {
      const { person, token } = await call('invite', { body: { name: name.trim(), role } })
      setName('')
      onInvited(person.name, token)
    })
  }
  return (
    <form class="card row wrap row-bottom" onSubmit={invite}>
      <label class="field grow">
        <span>Name</span>
        <input
          data-testid="invite-name"
          value={name}
          maxLength={128}
          required
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <label class="field">
        <span>Role</span>
        <select
          data-testid="invite-role"
          value={role}
          onChange={(event) => setRole(event.currentTarget.value as Role)}
        >
          {ROLES.map((one) => (
            <option key={one} value={one}>
              {ROLE_TEXTS[one]}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="main-button" data-testid="invite-create">
        Invite
      </button>
    </form>
  )
}

/** A link to come in by, with a button that copies it. */
export function InviteLink({ name, token }: { name: string; token: string }) {
  const field = useRef<HTMLInputElement>(null)
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    field.current?.select()
    try {
      await navigator.clipboard.writeText(field.current?.value ?? '')
      setCopied(true)
    } catch {
      // Without permission the link is selected, ready to be copied by hand.
    }
  }
  return (
    <div class="notice stack" role="status">
      <span>
        Give this link to <strong>{name}</strong>. It is shown only now; whoever has it comes in by this name.
      </span>
      <div class="row">
        <input
          ref={field}
          class="grow"
          data-testid="invite-link"
          aria-label={`Link for ${name}`}
          readOnly
          value={`${location.origin}/#in=${token}`}
          onFocus={(event) => event.currentTarget.select()}
        />
        <button type="button" data-testid="invite-copy" onClick={copy}>
          {copied ? 'Copied' : 'Copy'}
        </button>
      </div>
    </div>
  )
}
