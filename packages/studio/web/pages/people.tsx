// People: who may come in, by which link, and how their answers are gathered.

import { useState } from 'preact/hooks'
import { InviteForm, InviteLink } from '../components/invite-form.tsx'
import { agoText, countText } from '../components/numbers.ts'
import { SettingsForm } from '../components/settings-form.tsx'
import { Shown } from '../components/shown.tsx'
import { act } from '../state/act.ts'
import { call } from '../state/api.ts'
import { project } from '../state/project.ts'
import { useResource } from '../state/resource.ts'
import { here } from '../state/session.ts'

export function PeoplePage() {
  const people = useResource('people', {}, ['people', 'answers'])
  const [link, setLink] = useState<{ name: string; token: string } | null>(null)
  const [removing, setRemoving] = useState<string | null>(null)

  const renew = (id: string) =>
    act(async () => {
      const { person, token } = await call('renewLink', { params: { person: id } })
      setLink({ name: person.name, token })
    })
  const remove = async (id: string, name: string) => {
    if (removing !== id) return setRemoving(id)
    setRemoving(null)
    const done = await act(
      () => call('removePerson', { params: { person: id } }),
      `${name} comes in no more. Their answers stay.`,
    )
    if (done) people.reload()
  }

  return (
    <div class="page" data-testid="page-people">
      <h1>People</h1>
      <InviteForm
        onInvited={(name, token) => {
          setLink({ name, token })
          people.reload()
        }}
      />
      {link && <InviteLink key={link.token} name={link.name} token={link.token} />}
      <Shown resource={people}>
        {(list) => (
          <div class="table-scroll">
            <table class="table people-table">
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">Role</th>
                  <th scope="col">Answers</th>
                  <th scope="col">Last here</th>
                  <th scope="col">
                    <span class="only-read">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {list.map((one) => (
                  <tr key={one.id} class={one.removed ? 'row-removed' : ''} data-testid="person-row">
                    <th scope="row">
                      {one.name}
                      {one.id === here.value?.id && <span class="quiet"> (you)</span>}
                    </th>
                    <td>{one.role}</td>
                    <td>{countText(one.answers)}</td>
                    <td>{one.removed ? 'removed' : one.seen === null ? 'never' : agoText(one.seen)}</td>
                    <td class="people-acts">
                      {!one.removed && one.id !== here.value?.id && (
                        <span class="row row-end">
                          <button type="button" data-testid="renew-link" onClick={() => renew(one.id)}>
                            New link
                          </button>
                          <button
                            type="button"
                            class={removing === one.id ? 'bad-button' : 'plain-button'}
                            data-testid="remove-person"
                            onBlur={() => setRemoving(null)}
                            onClick={() => remove(one.id, one.name)}
                          >
                            {removing === one.id ? 'Really?' : 'Remove'}
                          </button>
                        </span>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Shown>
      {project.value && <SettingsForm settings={project.value.settings} />}
    </div>
  )
}
