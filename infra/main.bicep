// Aurora on Azure: a Flex Consumption function app, its storage (identities only, no keys), PostgreSQL Flexible Server behind a
// private endpoint, a Key Vault for the secrets, Application Insights on Log Analytics, alerts and one workbook.
// How to deploy it, and what comes after: README.md beside this file.
targetScope = 'resourceGroup'

@description('Short name of this deployment; every resource name is made from it. Lower-case letters, digits and hyphens, a letter first.')
@minLength(3)
@maxLength(12)
param name string = 'aurora'

@description('Region. Flex Consumption must exist there: az functionapp list-flexconsumption-locations.')
param location string = resourceGroup().location

@description('Tags of every resource.')
param tags object = {}

@description('Memory of one instance of the app in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Instances at most. Together with maxPoolSize it bounds the connections to PostgreSQL: instances times pool stays below max_connections of the server (859 on the default size).')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances of each kind that are always warm. The kinds scale apart from each other: requests, orchestrations, the outbox poll. 0 is cheapest, 1 spares the first message the cold start.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstances int = 1

@description('Connections of one instance to PostgreSQL at most.')
@minValue(4)
@maxValue(100)
param maxPoolSize int = 12

@description('Administrator of the PostgreSQL server: runs roles.sql, nothing else.')
param databaseAdminLogin string = 'auroraadmin'

@description('Password of that administrator. Not stored anywhere by this deployment.')
@secure()
@minLength(16)
param databaseAdminPassword string

@description('Password of the app\'s database role, the same that is given to roles.sql. Ends in Key Vault, as part of the connection string.')
@secure()
@minLength(16)
param databaseAppPassword string

@description('PostgreSQL major version.')
@allowed(['15', '16', '17', '18'])
param databaseVersion string = '17'

@description('Compute size of the PostgreSQL server.')
param databaseSku string = 'Standard_D2ds_v5'

@description('Compute tier of the PostgreSQL server.')
@allowed(['Burstable', 'GeneralPurpose', 'MemoryOptimized'])
param databaseTier string = 'GeneralPurpose'

@description('Storage of the PostgreSQL server in GB; it grows by itself.')
@allowed([32, 64, 128, 256, 512, 1024, 2048, 4096])
param databaseStorageGB int = 128

@description('A standby in another zone. Every commit waits for it.')
param databaseHighAvailability bool = false

@description('Days backups of the database are kept.')
@minValue(7)
@maxValue(35)
param databaseBackupDays int = 14

@description('Public addresses from which operators reach PostgreSQL, for roles.sql, migrations and reports. The app itself goes through the private endpoint. Empty: nobody from outside.')
param operatorAddresses string[] = []

@description('Secrets of the channel accounts by the reference that channel_accounts stores. Letters, digits and single underscores. Each becomes a Key Vault secret and a setting Channels__Secrets__{reference}.')
@secure()
param channelSecrets object = {}

@description('References in channelSecrets: the names alone are no secret, and the settings are made from them.')
param channelSecretReferences string[] = []

@description('Addresses that get the alerts.')
param alertEmails string[] = []

@description('Age of the oldest waiting message, in seconds, from which an alert is raised.')
@minValue(30)
param oldestWaitingAlertSeconds int = 300

@description('Days logs and metrics are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

var suffix = uniqueString(resourceGroup().id, name)
// Storage accounts and vaults are named across all of Azure, in 24 characters at most.
var shortName = take('${toLower(replace(name, '-', ''))}${suffix}', 24)

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${name}-app-${suffix}'
  location: location
  tags: tags
}

module network 'modules/network.bicep' = {
  name: 'network'
  params: {
    name: name
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    name: '${name}-${suffix}'
    location: location
    tags: tags
    retentionDays: logRetentionDays
    appPrincipalId: identity.properties.principalId
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    name: shortName
    location: location
    tags: tags
    appPrincipalId: identity.properties.principalId
  }
}

module database 'modules/database.bicep' = {
  name: 'database'
  params: {
    name: '${name}-${suffix}'
    location: location
    tags: tags
    version: databaseVersion
    sku: databaseSku
    tier: databaseTier
    storageGB: databaseStorageGB
    highAvailability: databaseHighAvailability
    backupDays: databaseBackupDays
    adminLogin: databaseAdminLogin
    adminPassword: databaseAdminPassword
    operatorAddresses: operatorAddresses
    subnetId: network.outputs.endpointSubnetId
    dnsZoneId: network.outputs.databaseDnsZoneId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  params: {
    name: shortName
    location: location
    tags: tags
    appPrincipalId: identity.properties.principalId
    databaseConnectionString: 'Host=${database.outputs.host};Port=5432;Database=aurora;Username=aurora_app;Password=${databaseAppPassword};SSL Mode=VerifyFull'
    channelSecrets: channelSecrets
    channelSecretReferences: channelSecretReferences
    workspaceId: monitoring.outputs.workspaceId
  }
}

module app 'modules/app.bicep' = {
  name: 'app'
  params: {
    name: '${name}-${suffix}'
    location: location
    tags: tags
    identityId: identity.id
    subnetId: network.outputs.appSubnetId
    packageContainerUrl: storage.outputs.packageContainerUrl
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReadyInstances
    appSettings: union(
      {
        // The host's and Durable Task's own state, reached as the app's identity.
        AzureWebJobsStorage__credential: 'managedidentity'
        AzureWebJobsStorage__clientId: identity.properties.clientId
        AzureWebJobsStorage__blobServiceUri: storage.outputs.blobServiceUri
        AzureWebJobsStorage__queueServiceUri: storage.outputs.queueServiceUri
        AzureWebJobsStorage__tableServiceUri: storage.outputs.tableServiceUri

        APPLICATIONINSIGHTS_CONNECTION_STRING: monitoring.outputs.connectionString
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'

        // The app's own settings; their names and defaults are in local.settings.sample.json.
        ConnectionStrings__Aurora: vault.outputs.databaseConnectionReference
        Platform__Postgres__MaxPoolSize: string(maxPoolSize)
        Outbox__Linger: 'false'
      },
      vault.outputs.channelSecretSettings
    )
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    name: name
    location: location
    tags: tags
    emails: alertEmails
    workspaceId: monitoring.outputs.workspaceId
    databaseId: database.outputs.id
    oldestWaitingSeconds: oldestWaitingAlertSeconds
  }
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  params: {
    displayName: 'Aurora (${name})'
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
}

@description('Name of the function app: az functionapp deployment source config-zip --name …')
output appName string = app.outputs.name

@description('Where the app answers.')
output appUrl string = app.outputs.url

@description('Host name of the PostgreSQL server.')
output databaseHost string = database.outputs.host

@description('Storage account with the instances of Durable Task.')
output storageAccountName string = storage.outputs.name

@description('Key Vault with the secrets.')
output vaultName string = vault.outputs.name
