// What somebody is called for. Thresholds on what users feel (age of the oldest waiting message) and on what needs a decision (dead
// rows), silence of the app, and the database. What to do is in runbook.md.
param name string
param location string
param tags object
param emails string[]
param workspaceId string
param databaseId string
param oldestWaitingSeconds int

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${name}-operators'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: take(name, 12)
    enabled: true
    emailReceivers: [
      for (email, index) in emails: {
        name: 'operator-${index}'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

// The gauges are known to the instance that polls; other instances with timers may report 0. So the maximum of each minute is the state.
var rules = [
  {
    key: 'oldest-waiting'
    title: 'the oldest waiting message is too old'
    severity: 2
    window: 'PT5M'
    query: 'AppMetrics | where Name == "aurora.outbox.oldest_waiting" | summarize Value = max(Sum / ItemCount) by bin(TimeGenerated, 1m)'
    column: 'Value'
    aggregation: 'Minimum' // for the whole window, not for one moment
    operator: 'GreaterThan'
    threshold: oldestWaitingSeconds
  }
  {
    key: 'dead-rows'
    title: 'messages are dead and wait for a person'
    severity: 1
    window: 'PT5M'
    query: 'AppMetrics | where Name == "aurora.outbox.dead" | summarize Value = max(Sum / ItemCount) by bin(TimeGenerated, 1m)'
    column: 'Value'
    aggregation: 'Maximum'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    key: 'silent'
    title: 'the outbox poll has not succeeded for 15 minutes'
    severity: 1
    window: 'PT15M'
    query: 'AppMetrics | where Name == "aurora.outbox.claim.duration" | summarize Value = count()' // every poll claims, also when nothing waits
    column: 'Value'
    aggregation: 'Total'
    operator: 'LessThan'
    threshold: 1
  }
  {
    key: 'refusals'
    title: 'requests are answered with 5xx'
    severity: 2
    window: 'PT5M'
    query: 'AppRequests | where toint(ResultCode) >= 500 | summarize Value = sum(ItemCount) by bin(TimeGenerated, 1m)'
    column: 'Value'
    aggregation: 'Total'
    operator: 'GreaterThan'
    threshold: 20
  }
]

resource logAlerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: '${name}-${rule.key}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'Aurora (${name}): ${rule.title}'
      enabled: true
      severity: rule.severity
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: rule.window
      // The metrics appear with the app's first minute; the queries are checked by their first run.
      skipQueryValidation: true
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: rule.query
            metricMeasureColumn: rule.column
            timeAggregation: rule.aggregation
            operator: rule.operator
            threshold: rule.threshold
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: {
        actionGroups: [operators.id]
      }
    }
  }
]

var databaseRules = [
  {
    key: 'database-away'
    title: 'the database does not answer'
    severity: 0
    metric: 'is_db_alive'
    aggregation: 'Maximum'
    operator: 'LessThan'
    threshold: 1
  }
  {
    key: 'database-storage'
    title: 'the database is filling its disk'
    severity: 2
    metric: 'storage_percent'
    aggregation: 'Average'
    operator: 'GreaterThan'
    threshold: 85
  }
  {
    key: 'database-cpu'
    title: 'the database has no CPU left'
    severity: 3
    metric: 'cpu_percent'
    aggregation: 'Average'
    operator: 'GreaterThan'
    threshold: 90
  }
]

resource metricAlerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for rule in databaseRules: {
    name: '${name}-${rule.key}'
    location: 'global'
    tags: tags
    properties: {
      description: 'Aurora (${name}): ${rule.title}'
      enabled: true
      severity: rule.severity
      scopes: [databaseId]
      evaluationFrequency: 'PT1M'
      windowSize: 'PT5M'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: rule.key
            metricName: rule.metric
            timeAggregation: rule.aggregation
            operator: rule.operator
            threshold: rule.threshold
          }
        ]
      }
      actions: [
        {
          actionGroupId: operators.id
        }
      ]
    }
  }
]
