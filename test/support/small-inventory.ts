/** The least that an inventory must say; lists and groups may follow it. */
export const SMALL_INVENTORY = `\
profile: ovirt-4.3
engine:
  fqdn: ovirt.test.local
  url: https://127.0.0.1:1/ovirt-engine
  password: { env: ABSENT }
  rootPassword: { env: ABSENT }
hosts:
  - name: host1
    fqdn: host1.test.local
    address: 127.0.0.1
    ssh: { port: 1, agent: true }
    role: hostedEngine
storage:
  hostedEngine:
    type: fc
    lun: 3600a098000e4b4b3000003c95d171065
`;
