// The secrets, and who may read them: the app's identity, nobody else by this deployment. Settings of the app hold references.
param name string
param location string
param tags object
param appPrincipalId string
@secure()
param databaseConnectionString string
@secure()
param channelSecrets object
param channelSecretReferences string[]
param workspaceId string

var keyVaultSecretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
var secretsUrl = 'https://${name}${environment().suffixes.keyvaultDns}/secrets'

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
  }
}

resource database 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 'database'
  properties: {
    value: databaseConnectionString
    contentType: 'connection string of the role aurora_app'
  }
}

// Settings take no hyphens in their names, secrets no underscores.
resource channels 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = [
  for reference in channelSecretReferences: {
    parent: vault
    name: 'channel-${replace(reference, '_', '-')}'
    properties: {
      value: string(channelSecrets[reference])
    }
  }
]

resource reader 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, appPrincipalId, keyVaultSecretsUser)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', keyVaultSecretsUser)
  }
}

// Who read which secret, and when.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'aurora'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'AuditEvent'
        enabled: true
      }
    ]
  }
}

output name string = vault.name

// References without a version: a new version of a secret is used within a day, or at the next restart.
output databaseConnectionReference string = '@Microsoft.KeyVault(SecretUri=${secretsUrl}/${database.name})'
output channelSecretSettings object = toObject(
  channelSecretReferences,
  reference => 'Channels__Secrets__${reference}',
  reference => '@Microsoft.KeyVault(SecretUri=${secretsUrl}/channel-${replace(reference, '_', '-')})'
)
