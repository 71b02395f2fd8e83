// PostgreSQL Flexible Server: private for the app, reachable from named addresses for operators. The database itself is created by
// the administrator who runs roles.sql (README.md), so that it belongs to them.
param name string
param location string
param tags object
param version string
param sku string
param tier string
param storageGB int
param highAvailability bool
param backupDays int
param adminLogin string
@secure()
param adminPassword string
param operatorAddresses string[]
param subnetId string
param dnsZoneId string
param workspaceId string

resource server 'Microsoft.DBforPostgreSQL/flexibleServers@2025-08-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: sku
    tier: tier
  }
  properties: {
    version: version
    administratorLogin: adminLogin
    administratorLoginPassword: adminPassword
    authConfig: {
      activeDirectoryAuth: 'Disabled'
      passwordAuth: 'Enabled'
    }
    storage: {
      storageSizeGB: storageGB
      autoGrow: 'Enabled'
    }
    backup: {
      backupRetentionDays: backupDays
      geoRedundantBackup: 'Disabled'
    }
    highAvailability: {
      mode: highAvailability ? 'ZoneRedundant' : 'Disabled'
    }
    network: {
      // Open to the addresses below alone: without a firewall rule nobody gets in from outside.
      publicNetworkAccess: 'Enabled'
    }
  }
}

// One change of a server at a time: the next waits for the one before.
@batchSize(1)
resource operators 'Microsoft.DBforPostgreSQL/flexibleServers/firewallRules@2025-08-01' = [
  for (address, index) in operatorAddresses: {
    parent: server
    name: 'operator-${index}'
    properties: {
      startIpAddress: address
      endIpAddress: address
    }
  }
]

var configuration = [
  {
    // A client that went away inside a transaction must not stop vacuum on the hot tables.
    name: 'idle_in_transaction_session_timeout'
    value: '300000'
  }
  {
    // The detail of an error quotes column values, and columns hold phone numbers and texts: none of that goes to a log.
    name: 'log_error_verbosity'
    value: 'terse'
  }
]

@batchSize(1)
resource configurations 'Microsoft.DBforPostgreSQL/flexibleServers/configurations@2025-08-01' = [
  for setting in configuration: {
    parent: server
    name: setting.name
    properties: {
      value: setting.value
      source: 'user-override'
    }
    dependsOn: [operators]
  }
]

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: '${name}-database'
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    privateLinkServiceConnections: [
      {
        name: 'database'
        properties: {
          privateLinkServiceId: server.id
          groupIds: ['postgresqlServer']
        }
      }
    ]
  }
  dependsOn: [configurations]

  resource zone 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: 'database'
          properties: {
            privateDnsZoneId: dnsZoneId
          }
        }
      ]
    }
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: server
  name: 'aurora'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'PostgreSQLLogs'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

output id string = server.id
output host string = server.properties.fullyQualifiedDomainName
