// A sample without secrets: copy it to a file of your own and change what differs. The passwords come from the environment of
// whoever deploys.
using './main.bicep'

param name = 'aurora'
param alertEmails = ['operations@example.com']
param operatorAddresses = []

param databaseAdminPassword = readEnvironmentVariable('AURORA_DATABASE_ADMIN_PASSWORD')
param databaseAppPassword = readEnvironmentVariable('AURORA_DATABASE_APP_PASSWORD')

// One entry for every reference that channel_accounts.app_secret_ref and verify_token_ref hold.
param channelSecretReferences = ['whatsapp_app_secret', 'whatsapp_verify_token']
param channelSecrets = {
  whatsapp_app_secret: readEnvironmentVariable('AURORA_WHATSAPP_APP_SECRET')
  whatsapp_verify_token: readEnvironmentVariable('AURORA_WHATSAPP_VERIFY_TOKEN')
}
