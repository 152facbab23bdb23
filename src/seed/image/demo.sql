PRAGMA user_version = 3;
DELETE FROM aliyun_clusters;
INSERT INTO aliyun_clusters (seq, version, cluster_id, name, status, detail, next_user_id, user_count, wheel_count, generation) VALUES
(1, '2018-04-12', 'ehpc-hz-vu7c2WkVGx', 'hangzhou-main', 'running', '{"Id":"ehpc-hz-vu7c2WkVGx","Name":"hangzhou-main","Status":"running","RegionId":"cn-hangzhou","ZoneId":"cn-hangzhou-b","VpcId":"vpc-bp1pxkcvmmz53ki89abcd","VSwitchId":"vsw-bp1p2uugqsjppno8abcde","CreateTime":"2022-09-28T09:00:00.000Z","Description":"the cluster of the documents","AccountType":"nis","SchedulerType":"slurm","DeployMode":"Standard","OsTag":"CentOS_7.6_64","BaseOsTag":"CentOS_7.6_64","ImageId":"centos_7_6_x64_20G_alibase_20211130.vhd","ImageOwnerAlias":"system","InstanceType":"ecs.c7.large","InstanceChargeType":"PostPaid","EhpcVersion":"1.0.0","ClientVersion":"1.0.0","Location":"PublicCloud","LoginNodes":"1","ResourceGroupId":"rg-acfmxazb4ph6aiy","NodePrefix":"compute","NodeSuffix":"","ComputeSpotStrategy":"SpotWithPriceLimit","Count":3,"ComputeSpotPriceLimit":0.034,"HasPlugin":false,"IsComputeEss":false,"Computes":{"Total":3,"NormalCount":3,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"Managers":{"Total":2,"NormalCount":2,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"TotalResources":{"Cpu":6,"Gpu":0,"Memory":12},"UsedResources":{"Cpu":2,"Gpu":0,"Memory":4}}', 1030, 29, 5, 29),
(2, '2018-04-12', 'ehpc-hz-9T3xxStop1', 'hangzhou-broken', 'exception', '{"Id":"ehpc-hz-9T3xxStop1","Name":"hangzhou-broken","Status":"exception","RegionId":"","ZoneId":"","VpcId":"","VSwitchId":"","CreateTime":"2022-09-28T09:00:00.000Z","Description":"not running: its users cannot be listed","AccountType":"nis","SchedulerType":"pbs","DeployMode":"Standard","OsTag":"CentOS_7.6_64","BaseOsTag":"CentOS_7.6_64","ImageId":"","ImageOwnerAlias":"system","InstanceType":"ecs.c7.large","InstanceChargeType":"PostPaid","EhpcVersion":"1.0.0","ClientVersion":"1.0.0","Location":"PublicCloud","LoginNodes":"","ResourceGroupId":"","NodePrefix":"","NodeSuffix":"","ComputeSpotStrategy":"NoSpot","Count":4,"ComputeSpotPriceLimit":0.0,"HasPlugin":false,"IsComputeEss":false,"Computes":{"Total":4,"NormalCount":1,"ExceptionCount":3,"OperatingCount":0,"StoppedCount":0},"Managers":{"Total":0,"NormalCount":0,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"TotalResources":{"Cpu":0,"Gpu":0,"Memory":0},"UsedResources":{"Cpu":0,"Gpu":0,"Memory":0}}', 1002, 2, 1, 2),
(3, '2018-04-12', 'ehpc-hz-Empty2024a', 'hangzhou-empty', 'running', '{"Id":"ehpc-hz-Empty2024a","Name":"hangzhou-empty","Status":"running","RegionId":"","ZoneId":"","VpcId":"","VSwitchId":"","CreateTime":"2022-09-28T09:00:00.000Z","Description":"running, and without users","AccountType":"nis","SchedulerType":"pbs","DeployMode":"Standard","OsTag":"CentOS_7.6_64","BaseOsTag":"CentOS_7.6_64","ImageId":"","ImageOwnerAlias":"system","InstanceType":"ecs.c7.large","InstanceChargeType":"PostPaid","EhpcVersion":"1.0.0","ClientVersion":"1.0.0","Location":"PublicCloud","LoginNodes":"","ResourceGroupId":"","NodePrefix":"","NodeSuffix":"","ComputeSpotStrategy":"NoSpot","Count":0,"ComputeSpotPriceLimit":0.0,"HasPlugin":false,"IsComputeEss":false,"Computes":{"Total":0,"NormalCount":0,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"Managers":{"Total":0,"NormalCount":0,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"TotalResources":{"Cpu":0,"Gpu":0,"Memory":0},"UsedResources":{"Cpu":0,"Gpu":0,"Memory":0}}', 1000, 0, 0, 0),
(4, '2018-04-12', 'ehpc-hz-Ldap2023zh', '杭州仿真集群', 'running', '{"Id":"ehpc-hz-Ldap2023zh","Name":"杭州仿真集群","Status":"running","RegionId":"","ZoneId":"","VpcId":"","VSwitchId":"","CreateTime":"2022-09-28T09:00:00.000Z","Description":"气动与结构仿真 <CFD & FEM> 🚀","AccountType":"ldap","SchedulerType":"pbs","DeployMode":"Standard","OsTag":"CentOS_7.9_64","BaseOsTag":"CentOS_7.9_64","ImageId":"","ImageOwnerAlias":"system","InstanceType":"ecs.c7.large","InstanceChargeType":"PostPaid","EhpcVersion":"1.0.0","ClientVersion":"1.0.0","Location":"PublicCloud","LoginNodes":"","ResourceGroupId":"","NodePrefix":"","NodeSuffix":"","ComputeSpotStrategy":"NoSpot","Count":0,"ComputeSpotPriceLimit":0.0,"HasPlugin":false,"IsComputeEss":false,"Computes":{"Total":0,"NormalCount":0,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"Managers":{"Total":0,"NormalCount":0,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"TotalResources":{"Cpu":0,"Gpu":0,"Memory":0},"UsedResources":{"Cpu":0,"Gpu":0,"Memory":0}}', 65535, 9, 2, 9),
(5, '2018-04-12', 'ehpc-hz-Uninit0001', 'hangzhou-uninit', 'uninit', '{"Id":"ehpc-hz-Uninit0001","Name":"hangzhou-uninit","Status":"uninit","RegionId":"","ZoneId":"","VpcId":"","VSwitchId":"","CreateTime":"2022-09-28T09:00:00.000Z","Description":"","AccountType":"nis","SchedulerType":"pbs","DeployMode":"Standard","OsTag":"CentOS_7.6_64","BaseOsTag":"CentOS_7.6_64","ImageId":"","ImageOwnerAlias":"system","InstanceType":"ecs.c7.large","InstanceChargeType":"PostPaid","EhpcVersion":"1.0.0","ClientVersion":"1.0.0","Location":"PublicCloud","LoginNodes":"","ResourceGroupId":"","NodePrefix":"","NodeSuffix":"","ComputeSpotStrategy":"NoSpot","Count":0,"ComputeSpotPriceLimit":0.0,"HasPlugin":false,"IsComputeEss":false,"Computes":{"Total":0,"NormalCount":0,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"Managers":{"Total":0,"NormalCount":0,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"TotalResources":{"Cpu":0,"Gpu":0,"Memory":0},"UsedResources":{"Cpu":0,"Gpu":0,"Memory":0}}', 1000, 0, 0, 0),
(6, '2018-04-12', 'ehpc-hz-Create0001', 'hangzhou-creating', 'creating', '{"Id":"ehpc-hz-Create0001","Name":"hangzhou-creating","Status":"creating","RegionId":"","ZoneId":"","VpcId":"","VSwitchId":"","CreateTime":"2022-09-28T09:00:00.000Z","Description":"","AccountType":"nis","SchedulerType":"pbs","DeployMode":"Standard","OsTag":"CentOS_7.6_64","BaseOsTag":"CentOS_7.6_64","ImageId":"","ImageOwnerAlias":"system","InstanceType":"ecs.c7.large","InstanceChargeType":"PostPaid","EhpcVersion":"1.0.0","ClientVersion":"1.0.0","Location":"PublicCloud","LoginNodes":"","ResourceGroupId":"","NodePrefix":"","NodeSuffix":"","ComputeSpotStrategy":"NoSpot","Count":0,"ComputeSpotPriceLimit":0.0,"HasPlugin":false,"IsComputeEss":false,"Computes":{"Total":0,"NormalCount":0,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"Managers":{"Total":0,"NormalCount":0,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"TotalResources":{"Cpu":0,"Gpu":0,"Memory":0},"UsedResources":{"Cpu":0,"Gpu":0,"Memory":0}}', 1000, 0, 0, 0),
(7, '2018-04-12', 'ehpc-hz-Init000001', 'hangzhou-init', 'init', '{"Id":"ehpc-hz-Init000001","Name":"hangzhou-init","Status":"init","RegionId":"","ZoneId":"","VpcId":"","VSwitchId":"","CreateTime":"2022-09-28T09:00:00.000Z","Description":"","AccountType":"nis","SchedulerType":"pbs","DeployMode":"Standard","OsTag":"CentOS_7.6_64","BaseOsTag":"CentOS_7.6_64","ImageId":"","ImageOwnerAlias":"system","InstanceType":"ecs.c7.large","InstanceChargeType":"PostPaid","EhpcVersion":"1.0.0","ClientVersion":"1.0.0","Location":"PublicCloud","LoginNodes":"","ResourceGroupId":"","NodePrefix":"","NodeSuffix":"","ComputeSpotStrategy":"NoSpot","Count":0,"ComputeSpotPriceLimit":0.0,"HasPlugin":false,"IsComputeEss":false,"Computes":{"Total":0,"NormalCount":0,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"Managers":{"Total":0,"NormalCount":0,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"TotalResources":{"Cpu":0,"Gpu":0,"Memory":0},"UsedResources":{"Cpu":0,"Gpu":0,"Memory":0}}', 1000, 0, 0, 0),
(8, '2018-04-12', 'ehpc-hz-Release001', 'hangzhou-releasing', 'releasing', '{"Id":"ehpc-hz-Release001","Name":"hangzhou-releasing","Status":"releasing","RegionId":"","ZoneId":"","VpcId":"","VSwitchId":"","CreateTime":"2022-09-28T09:00:00.000Z","Description":"","AccountType":"nis","SchedulerType":"pbs","DeployMode":"Standard","OsTag":"CentOS_7.6_64","BaseOsTag":"CentOS_7.6_64","ImageId":"","ImageOwnerAlias":"system","InstanceType":"ecs.c7.large","InstanceChargeType":"PostPaid","EhpcVersion":"1.0.0","ClientVersion":"1.0.0","Location":"PublicCloud","LoginNodes":"","ResourceGroupId":"","NodePrefix":"","NodeSuffix":"","ComputeSpotStrategy":"NoSpot","Count":0,"ComputeSpotPriceLimit":0.0,"HasPlugin":false,"IsComputeEss":false,"Computes":{"Total":0,"NormalCount":0,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"Managers":{"Total":0,"NormalCount":0,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"TotalResources":{"Cpu":0,"Gpu":0,"Memory":0},"UsedResources":{"Cpu":0,"Gpu":0,"Memory":0}}', 1000, 0, 0, 0),
(9, '2018-04-12', 'ehpc-sh-Shanghai01', '上海渲染集群', 'running', '{"Id":"ehpc-sh-Shanghai01","Name":"上海渲染集群","Status":"running","RegionId":"cn-shanghai","ZoneId":"cn-shanghai-g","VpcId":"","VSwitchId":"","CreateTime":"2022-09-28T09:00:00.000Z","Description":"","AccountType":"nis","SchedulerType":"opengridscheduler","DeployMode":"Simple","OsTag":"CentOS_7.6_64","BaseOsTag":"CentOS_7.6_64","ImageId":"","ImageOwnerAlias":"system","InstanceType":"ecs.c7.large","InstanceChargeType":"PostPaid","EhpcVersion":"1.0.0","ClientVersion":"1.0.0","Location":"PublicCloud","LoginNodes":"","ResourceGroupId":"","NodePrefix":"","NodeSuffix":"","ComputeSpotStrategy":"NoSpot","Count":0,"ComputeSpotPriceLimit":0.0,"HasPlugin":false,"IsComputeEss":false,"Computes":{"Total":0,"NormalCount":0,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"Managers":{"Total":0,"NormalCount":0,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"TotalResources":{"Cpu":0,"Gpu":0,"Memory":0},"UsedResources":{"Cpu":0,"Gpu":0,"Memory":0}}', 1002, 2, 0, 2),
(10, '2018-04-12', 'ehpc-bj-Beijing001', 'beijing-deadline', 'running', '{"Id":"ehpc-bj-Beijing001","Name":"beijing-deadline","Status":"running","RegionId":"cn-beijing","ZoneId":"cn-beijing-h","VpcId":"","VSwitchId":"","CreateTime":"2022-09-28T09:00:00.000Z","Description":"","AccountType":"nis","SchedulerType":"deadline","DeployMode":"Tiny","OsTag":"CentOS_7.6_64","BaseOsTag":"CentOS_7.6_64","ImageId":"","ImageOwnerAlias":"system","InstanceType":"ecs.c7.large","InstanceChargeType":"PostPaid","EhpcVersion":"1.0.0","ClientVersion":"1.0.0","Location":"PublicCloud","LoginNodes":"","ResourceGroupId":"","NodePrefix":"","NodeSuffix":"","ComputeSpotStrategy":"NoSpot","Count":0,"ComputeSpotPriceLimit":0.0,"HasPlugin":true,"IsComputeEss":false,"Computes":{"Total":0,"NormalCount":0,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"Managers":{"Total":0,"NormalCount":0,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"TotalResources":{"Cpu":0,"Gpu":0,"Memory":0},"UsedResources":{"Cpu":0,"Gpu":0,"Memory":0}}', 1000, 0, 0, 0),
(11, '2018-04-12', 'ehpc-sz-Hybrid0001', 'shenzhen-hybrid', 'running', '{"Id":"ehpc-sz-Hybrid0001","Name":"shenzhen-hybrid","Status":"running","RegionId":"cn-shenzhen","ZoneId":"cn-shenzhen-e","VpcId":"","VSwitchId":"","CreateTime":"2022-09-28T09:00:00.000Z","Description":"a hybrid-cloud proxy, as SyncUsers wants it","AccountType":"nis","SchedulerType":"pbs","DeployMode":"Advanced","OsTag":"CentOS_7.6_64","BaseOsTag":"CentOS_7.6_64","ImageId":"","ImageOwnerAlias":"system","InstanceType":"ecs.c7.large","InstanceChargeType":"PostPaid","EhpcVersion":"1.0.0","ClientVersion":"1.0.0","Location":"OnPremise","LoginNodes":"","ResourceGroupId":"","NodePrefix":"","NodeSuffix":"","ComputeSpotStrategy":"NoSpot","Count":0,"ComputeSpotPriceLimit":0.0,"HasPlugin":false,"IsComputeEss":false,"Computes":{"Total":0,"NormalCount":0,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"Managers":{"Total":0,"NormalCount":0,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"TotalResources":{"Cpu":0,"Gpu":0,"Memory":0},"UsedResources":{"Cpu":0,"Gpu":0,"Memory":0}}', 1001, 1, 0, 1),
(12, '2018-04-12', 'ehpc-sg-Singapore1', 'singapore-gpu', 'running', '{"Id":"ehpc-sg-Singapore1","Name":"singapore-gpu","Status":"running","RegionId":"ap-southeast-1","ZoneId":"ap-southeast-1b","VpcId":"","VSwitchId":"","CreateTime":"2022-09-28T09:00:00.000Z","Description":"","AccountType":"nis","SchedulerType":"pbs","DeployMode":"Standard","OsTag":"CentOS_7.6_64","BaseOsTag":"CentOS_7.6_64","ImageId":"","ImageOwnerAlias":"system","InstanceType":"ecs.gn7i-c16g1.4xlarge","InstanceChargeType":"PrePaid","EhpcVersion":"1.0.0","ClientVersion":"1.0.0","Location":"PublicCloud","LoginNodes":"","ResourceGroupId":"","NodePrefix":"","NodeSuffix":"","ComputeSpotStrategy":"NoSpot","Count":2,"ComputeSpotPriceLimit":0.0,"HasPlugin":false,"IsComputeEss":true,"Computes":{"Total":0,"NormalCount":0,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"Managers":{"Total":0,"NormalCount":0,"ExceptionCount":0,"OperatingCount":0,"StoppedCount":0},"TotalResources":{"Cpu":32,"Gpu":2,"Memory":120},"UsedResources":{"Cpu":0,"Gpu":0,"Memory":0}}', 1000, 0, 0, 0),
(13, '2024-07-30', 'ehpc-hz-Next240730', 'slurm22.05.8-cluster-20240806', 'running', '{"ClusterId":"ehpc-hz-Next240730","ClusterName":"slurm22.05.8-cluster-20240806","ClusterStatus":"running","ClusterCategory":"Standard","ClusterMode":"Integrated","ClusterDescription":"the cluster of 2024-07-30","ClusterCreateTime":"2024-08-06T12:43:01.000Z","ClusterModifyTime":"2024-08-06T12:43:01.000Z","ClusterVpcId":"vpc-uf6u3lk1pjy28eg0abcd","ClusterVSwitchId":"vsw-bp1p2uugqsjppno0abcd","SecurityGroupId":"sg-f8z9vb2zaezpkr69a21k","ResourceGroupId":"rg-acfmxazb4ph6aiy","MaxCount":100,"MaxCoreCount":10000,"DeletionProtection":true,"EhpcVersion":"2.0.0","ClusterCredentials":["password"],"Manager":{"Scheduler":{"Type":"SLURM","Version":"22.05.8"},"DirectoryService":{"Type":"NIS","Version":"2.31"},"DNS":{"Type":"NIS","Version":"2.31"}},"Nodes":{"AbnormalCounts":0,"CreatingCounts":1,"RunningCounts":4},"Users":{"NormalCounts":0,"SudoCounts":0},"AdditionalPackages":[{"Name":"gromacs","Version":"2024.2"}],"Addons":[{"AddonId":"Login-1.0-W4g8Q2xM","Description":"Login node","Label":"Login","Name":"Login","ResourcesSpec":{"EcsInstanceId":"i-bp1bzqq1ddeemuddn6ab","EipInstanceId":"eip-bp1vi9124tbxbaaabcd"},"ServicesSpec":[{"ServiceName":"Web Portal","ServiceAccessType":"URL","ServiceAccessUrl":"https://ehpc-web.example.com:12008"}],"Status":"running","Version":"1.0"}],"ClusterCustomConfiguration":{"Script":"https://ehpc-setup.example.com/install.sh","Args":"--with-gpu"},"ClusterUsedCoreTime":110.5}', 1025, 24, 5, 24),
(14, '2024-07-30', 'ehpc-hz-NextEmpty1', '空集群', 'running', '{"ClusterId":"ehpc-hz-NextEmpty1","ClusterName":"空集群","ClusterStatus":"running","ClusterCategory":"Standard","ClusterMode":"Integrated","ClusterDescription":"no users yet","ClusterCreateTime":"2024-08-06T12:43:01.000Z","ClusterModifyTime":"2024-08-06T12:43:01.000Z","ClusterVpcId":"","ClusterVSwitchId":"","SecurityGroupId":"","ResourceGroupId":"","MaxCount":100,"MaxCoreCount":10000,"DeletionProtection":false,"EhpcVersion":"2.0.0","ClusterCredentials":["password"],"Manager":{"Scheduler":{"Type":"SLURM","Version":"22.05.8"},"DirectoryService":{"Type":"NIS","Version":"2.31"},"DNS":{"Type":"NIS","Version":"2.31"}},"Nodes":{"AbnormalCounts":0,"CreatingCounts":0,"RunningCounts":0},"Users":{"NormalCounts":0,"SudoCounts":0},"AdditionalPackages":[],"Addons":[],"ClusterCustomConfiguration":{"Script":"","Args":""},"ClusterUsedCoreTime":0}', 1000, 0, 0, 0),
(15, '2024-07-30', 'ehpc-cn-wulanchabu-Serverless1', 'serverless-乌兰察布', 'running', '{"ClusterId":"ehpc-cn-wulanchabu-Serverless1","ClusterName":"serverless-乌兰察布","ClusterStatus":"running","ClusterCategory":"Serverless","ClusterMode":"Integrated","ClusterDescription":"","ClusterCreateTime":"2024-08-06T12:43:01.000Z","ClusterModifyTime":"2024-08-06T12:43:01.000Z","ClusterVpcId":"","ClusterVSwitchId":"","SecurityGroupId":"","ResourceGroupId":"","MaxCount":100,"MaxCoreCount":10000,"DeletionProtection":false,"EhpcVersion":"2.0.0","ClusterCredentials":["keypair"],"Manager":{"Scheduler":{"Type":"SLURM","Version":"22.05.8"},"DirectoryService":{"Type":"NIS","Version":"2.31"},"DNS":{"Type":"NIS","Version":"2.31"}},"Nodes":{"AbnormalCounts":0,"CreatingCounts":0,"RunningCounts":0},"Users":{"NormalCounts":0,"SudoCounts":0},"AdditionalPackages":[],"Addons":[],"ClusterCustomConfiguration":{"Script":"","Args":""},"ClusterUsedCoreTime":0}', 1000, 0, 0, 0),
(16, '2024-07-30', 'ehpc-sh-Uninit01', 'next-uninit', 'uninit', '{"ClusterId":"ehpc-sh-Uninit01","ClusterName":"next-uninit","ClusterStatus":"uninit","ClusterCategory":"Standard","ClusterMode":"Integrated","ClusterDescription":"","ClusterCreateTime":"2024-08-06T12:43:01.000Z","ClusterModifyTime":"2024-08-06T12:43:01.000Z","ClusterVpcId":"","ClusterVSwitchId":"","SecurityGroupId":"","ResourceGroupId":"","MaxCount":100,"MaxCoreCount":10000,"DeletionProtection":false,"EhpcVersion":"2.0.0","ClusterCredentials":["password"],"Manager":{"Scheduler":{"Type":"SLURM","Version":"22.05.8"},"DirectoryService":{"Type":"NIS","Version":"2.31"},"DNS":{"Type":"NIS","Version":"2.31"}},"Nodes":{"AbnormalCounts":0,"CreatingCounts":0,"RunningCounts":0},"Users":{"NormalCounts":0,"SudoCounts":0},"AdditionalPackages":[],"Addons":[],"ClusterCustomConfiguration":{"Script":"","Args":""},"ClusterUsedCoreTime":0}', 1000, 0, 0, 0),
(17, '2024-07-30', 'ehpc-sh-Creating01', 'next-creating', 'creating', '{"ClusterId":"ehpc-sh-Creating01","ClusterName":"next-creating","ClusterStatus":"creating","ClusterCategory":"Standard","ClusterMode":"Integrated","ClusterDescription":"","ClusterCreateTime":"2024-08-06T12:43:01.000Z","ClusterModifyTime":"2024-08-06T12:43:01.000Z","ClusterVpcId":"","ClusterVSwitchId":"","SecurityGroupId":"","ResourceGroupId":"","MaxCount":100,"MaxCoreCount":10000,"DeletionProtection":false,"EhpcVersion":"2.0.0","ClusterCredentials":["password"],"Manager":{"Scheduler":{"Type":"SLURM","Version":"22.05.8"},"DirectoryService":{"Type":"NIS","Version":"2.31"},"DNS":{"Type":"NIS","Version":"2.31"}},"Nodes":{"AbnormalCounts":0,"CreatingCounts":0,"RunningCounts":0},"Users":{"NormalCounts":0,"SudoCounts":0},"AdditionalPackages":[],"Addons":[],"ClusterCustomConfiguration":{"Script":"","Args":""},"ClusterUsedCoreTime":0}', 1000, 0, 0, 0),
(18, '2024-07-30', 'ehpc-sh-Initing01', 'next-initing', 'initing', '{"ClusterId":"ehpc-sh-Initing01","ClusterName":"next-initing","ClusterStatus":"initing","ClusterCategory":"Standard","ClusterMode":"Integrated","ClusterDescription":"","ClusterCreateTime":"2024-08-06T12:43:01.000Z","ClusterModifyTime":"2024-08-06T12:43:01.000Z","ClusterVpcId":"","ClusterVSwitchId":"","SecurityGroupId":"","ResourceGroupId":"","MaxCount":100,"MaxCoreCount":10000,"DeletionProtection":false,"EhpcVersion":"2.0.0","ClusterCredentials":["password"],"Manager":{"Scheduler":{"Type":"SLURM","Version":"22.05.8"},"DirectoryService":{"Type":"NIS","Version":"2.31"},"DNS":{"Type":"NIS","Version":"2.31"}},"Nodes":{"AbnormalCounts":0,"CreatingCounts":0,"RunningCounts":0},"Users":{"NormalCounts":0,"SudoCounts":0},"AdditionalPackages":[],"Addons":[],"ClusterCustomConfiguration":{"Script":"","Args":""},"ClusterUsedCoreTime":0}', 1000, 0, 0, 0),
(19, '2024-07-30', 'ehpc-sh-Exception01', 'next-exception', 'exception', '{"ClusterId":"ehpc-sh-Exception01","ClusterName":"next-exception","ClusterStatus":"exception","ClusterCategory":"Standard","ClusterMode":"Integrated","ClusterDescription":"","ClusterCreateTime":"2024-08-06T12:43:01.000Z","ClusterModifyTime":"2024-08-06T12:43:01.000Z","ClusterVpcId":"","ClusterVSwitchId":"","SecurityGroupId":"","ResourceGroupId":"","MaxCount":100,"MaxCoreCount":10000,"DeletionProtection":false,"EhpcVersion":"2.0.0","ClusterCredentials":["password"],"Manager":{"Scheduler":{"Type":"SLURM","Version":"22.05.8"},"DirectoryService":{"Type":"NIS","Version":"2.31"},"DNS":{"Type":"NIS","Version":"2.31"}},"Nodes":{"AbnormalCounts":0,"CreatingCounts":0,"RunningCounts":0},"Users":{"NormalCounts":0,"SudoCounts":0},"AdditionalPackages":[],"Addons":[],"ClusterCustomConfiguration":{"Script":"","Args":""},"ClusterUsedCoreTime":0}', 1000, 0, 0, 0),
(20, '2024-07-30', 'ehpc-sh-Releasing01', 'next-releasing', 'releasing', '{"ClusterId":"ehpc-sh-Releasing01","ClusterName":"next-releasing","ClusterStatus":"releasing","ClusterCategory":"Standard","ClusterMode":"Integrated","ClusterDescription":"","ClusterCreateTime":"2024-08-06T12:43:01.000Z","ClusterModifyTime":"2024-08-06T12:43:01.000Z","ClusterVpcId":"","ClusterVSwitchId":"","SecurityGroupId":"","ResourceGroupId":"","MaxCount":100,"MaxCoreCount":10000,"DeletionProtection":false,"EhpcVersion":"2.0.0","ClusterCredentials":["password"],"Manager":{"Scheduler":{"Type":"SLURM","Version":"22.05.8"},"DirectoryService":{"Type":"NIS","Version":"2.31"},"DNS":{"Type":"NIS","Version":"2.31"}},"Nodes":{"AbnormalCounts":0,"CreatingCounts":0,"RunningCounts":0},"Users":{"NormalCounts":0,"SudoCounts":0},"AdditionalPackages":[],"Addons":[],"ClusterCustomConfiguration":{"Script":"","Args":""},"ClusterUsedCoreTime":0}', 1000, 0, 0, 0),
(21, '2024-07-30', 'ehpc-sh-Stopping01', 'next-stopping', 'stopping', '{"ClusterId":"ehpc-sh-Stopping01","ClusterName":"next-stopping","ClusterStatus":"stopping","ClusterCategory":"Standard","ClusterMode":"Integrated","ClusterDescription":"","ClusterCreateTime":"2024-08-06T12:43:01.000Z","ClusterModifyTime":"2024-08-06T12:43:01.000Z","ClusterVpcId":"","ClusterVSwitchId":"","SecurityGroupId":"","ResourceGroupId":"","MaxCount":100,"MaxCoreCount":10000,"DeletionProtection":false,"EhpcVersion":"2.0.0","ClusterCredentials":["password"],"Manager":{"Scheduler":{"Type":"SLURM","Version":"22.05.8"},"DirectoryService":{"Type":"NIS","Version":"2.31"},"DNS":{"Type":"NIS","Version":"2.31"}},"Nodes":{"AbnormalCounts":0,"CreatingCounts":0,"RunningCounts":0},"Users":{"NormalCounts":0,"SudoCounts":0},"AdditionalPackages":[],"Addons":[],"ClusterCustomConfiguration":{"Script":"","Args":""},"ClusterUsedCoreTime":0}', 1000, 0, 0, 0),
(22, '2024-07-30', 'ehpc-sh-Stopped01', 'next-stopped', 'stopped', '{"ClusterId":"ehpc-sh-Stopped01","ClusterName":"next-stopped","ClusterStatus":"stopped","ClusterCategory":"Standard","ClusterMode":"Integrated","ClusterDescription":"","ClusterCreateTime":"2024-08-06T12:43:01.000Z","ClusterModifyTime":"2024-08-06T12:43:01.000Z","ClusterVpcId":"","ClusterVSwitchId":"","SecurityGroupId":"","ResourceGroupId":"","MaxCount":100,"MaxCoreCount":10000,"DeletionProtection":false,"EhpcVersion":"2.0.0","ClusterCredentials":["password"],"Manager":{"Scheduler":{"Type":"SLURM","Version":"22.05.8"},"DirectoryService":{"Type":"NIS","Version":"2.31"},"DNS":{"Type":"NIS","Version":"2.31"}},"Nodes":{"AbnormalCounts":0,"CreatingCounts":0,"RunningCounts":0},"Users":{"NormalCounts":0,"SudoCounts":0},"AdditionalPackages":[],"Addons":[],"ClusterCustomConfiguration":{"Script":"","Args":""},"ClusterUsedCoreTime":0}', 1001, 1, 0, 1),
(23, '2024-07-30', 'ehpc-sh-Pending01', 'next-pending', 'pending', '{"ClusterId":"ehpc-sh-Pending01","ClusterName":"next-pending","ClusterStatus":"pending","ClusterCategory":"Standard","ClusterMode":"Integrated","ClusterDescription":"","ClusterCreateTime":"2024-08-06T12:43:01.000Z","ClusterModifyTime":"2024-08-06T12:43:01.000Z","ClusterVpcId":"","ClusterVSwitchId":"","SecurityGroupId":"","ResourceGroupId":"","MaxCount":100,"MaxCoreCount":10000,"DeletionProtection":false,"EhpcVersion":"2.0.0","ClusterCredentials":["password"],"Manager":{"Scheduler":{"Type":"SLURM","Version":"22.05.8"},"DirectoryService":{"Type":"NIS","Version":"2.31"},"DNS":{"Type":"NIS","Version":"2.31"}},"Nodes":{"AbnormalCounts":0,"CreatingCounts":0,"RunningCounts":0},"Users":{"NormalCounts":0,"SudoCounts":0},"AdditionalPackages":[],"Addons":[],"ClusterCustomConfiguration":{"Script":"","Args":""},"ClusterUsedCoreTime":0}', 1000, 0, 0, 0);
DELETE FROM aliyun_users;
INSERT INTO aliyun_users (cluster, user_id, name, user_group, group_id, add_time) VALUES
(1, 1000, 'testuser', 'wheel', 10, 1664355926000),
(1, 1001, 'alice.wang', 'users', 100, 1665195100000),
(1, 1002, 'simulation01', 'users', 100, 1678861800000),
(1, 1003, 'ops.admin', 'wheel', 10, 1678928412000),
(1, 1004, 'li.qiang', 'users', 100, 1716198333000),
(1, 1005, 'zhang.wei', 'users', 100, 1717200000000),
(1, 1006, 'wang.fang', 'users', 100, 1717376833000),
(1, 1007, 'chen.jing', 'users', 100, 1717553666000),
(1, 1008, 'liu.yang', 'wheel', 10, 1717730499000),
(1, 1009, 'zhao.lei', 'users', 100, 1717907332000),
(1, 1010, 'huang.min', 'users', 100, 1718084105000),
(1, 1011, 'zhou.tao', 'users', 100, 1718260938000),
(1, 1012, 'wu.xia01', 'users', 100, 1718437771000),
(1, 1013, 'xu.peng', 'users', 100, 1718614604000),
(1, 1014, 'sun.li88', 'users', 100, 1718787837000),
(1, 1015, 'ma.chao', 'wheel', 10, 1718964610000),
(1, 1016, 'zhu.jun', 'users', 100, 1719141443000),
(1, 1017, 'hu.bing', 'users', 100, 1719836676000),
(1, 1018, 'guo.lin', 'users', 100, 1720013509000),
(1, 1019, 'he.xin01', 'users', 100, 1720190282000),
(1, 1020, 'luo.hao', 'users', 100, 1720367115000),
(1, 1021, 'gao.jie', 'users', 100, 1720543948000),
(1, 1022, 'lin.feng', 'wheel', 10, 1720720781000),
(1, 1023, 'a.b.c.d.e.f.g', 'users', 100, 1720894014000),
(1, 1024, 'X123456789012345678901234567.z', 'users', 100, 1721070787000),
(1, 1025, 'Render.Farm.Service', 'users', 100, 1721247620000),
(1, 1026, 'cfd2024', 'users', 100, 1721424453000),
(1, 1027, 'genome.batch', 'users', 100, 1721601286000),
(1, 1029, 'QA.nightly', 'users', 100, 1721778119000),
(2, 1000, 'testuser', 'wheel', 10, 1672887600000),
(2, 1001, 'stuck.user', 'users', 100, 1672887730000),
(4, 1000, 'ldap.admin', 'wheel', 10, 1685577600000),
(4, 1001, '张伟', 'users', 100, 1685578200000),
(4, 1002, '王芳', 'users', 100, 1685692800000),
(4, 1003, '欧阳娜娜', 'users', 100, 1685692800000),
(4, 1004, '𠮷田.hpc', 'users', 100, 1689090301000),
(4, 1005, 'r&d<lab>"1"', 'users', 100, 1692575999000),
(4, 1006, 'O''Brien', 'wheel', 10, 1694250549000),
(4, 1007, 'a', 'users', 100, 1696118400000),
(4, 65534, 'the.longest.name.that.a.domain.may.hold.has.64.characters.in.it.', 'users', 100, 1699701071000),
(9, 1000, 'render.01', 'users', 100, 1706781600000),
(9, 1001, 'render.02', 'users', 100, 1706781601000),
(11, 1000, 'local.user', 'users', 100, 1706781600000),
(13, 1001, 'testuser', 'users', 100, 1408729607000),
(13, 1002, 'a', 'wheel', 10, 1723079701000),
(13, 1003, 'B.2', 'users', 100, 1723169702000),
(13, 1004, 'alice.wang', 'users', 100, 1723259703000),
(13, 1005, 'bob.li', 'users', 100, 1723349704000),
(13, 1006, 'carol', 'users', 100, 1723439705000),
(13, 1007, 'dave.zhang', 'wheel', 10, 1723529706000),
(13, 1008, 'erin', 'users', 100, 1723619707000),
(13, 1009, 'frank.xu', 'users', 100, 1723709708000),
(13, 1010, 'grace', 'users', 100, 1723799709000),
(13, 1011, 'heidi', 'users', 100, 1723889710000),
(13, 1012, 'ivan', 'wheel', 10, 1723979711000),
(13, 1013, 'judy.chen', 'users', 100, 1724069712000),
(13, 1014, 'kate', 'users', 100, 1724159713000),
(13, 1015, 'leo.wu', 'users', 100, 1724249714000),
(13, 1016, 'mallory', 'users', 100, 1724339715000),
(13, 1017, 'nina', 'wheel', 10, 1724429716000),
(13, 1018, 'oscar.he', 'users', 100, 1724519717000),
(13, 1019, 'peggy', 'users', 100, 1724609718000),
(13, 1020, 'quentin', 'users', 100, 1724699719000),
(13, 1021, 'rupert', 'users', 100, 1723061720000),
(13, 1022, 'sybil', 'wheel', 10, 1723151721000),
(13, 1023, 'trent.z', 'users', 100, 1723241722000),
(13, 1024, 'victor.lin.the.second.of.2024', 'users', 100, 1723331723000),
(22, 1000, 'kept.user', 'users', 100, 1725148800000);
DELETE FROM bytehouse_clusters;
INSERT INTO bytehouse_clusters (cluster_id, cluster_name) VALUES
(137, 'cluster1'),
(138, 'cluster2');
DELETE FROM bytehouse_grants;
INSERT INTO bytehouse_grants (seq, to_user, to_role, cluster_id, cluster_name, database_name, table_name, privileges) VALUES
(1, 123, NULL, 137, '', 'db1', 't1', '[["SELECT",["c1"]]]'),
(2, 124, NULL, 137, '', '', '', '[["ALL",[]]]'),
(3, 124, NULL, 138, '', '', '', '[["ALL",[]]]'),
(4, 125, NULL, 137, '', 'sales', 'orders', '[["SELECT",[]],["INSERT",[]]]'),
(5, 125, NULL, 137, '', 'sales', 'customers', '[["SELECT",["id","city"]]]'),
(6, 128, NULL, 138, '', 'staging', '', '[["SELECT",[]],["INSERT",[]],["ALTER DELETE",[]]]'),
(7, NULL, 2, 137, '', 'sales', '', '[["SELECT",[]]]'),
(8, NULL, 3, 138, '', 'staging', '', '[["INSERT",[]]]'),
(9, NULL, 5, 137, '', '报表', '日报', '[["SELECT",[]]]');
DELETE FROM bytehouse_role_members;
INSERT INTO bytehouse_role_members (seq, role_id, member, admin_option, created_at) VALUES
(1, 1, 123, 1, 1716351120906),
(2, 1, 124, 1, 1716351120907),
(3, 2, 125, 1, 1716437520906),
(4, 2, 126, 0, 1716437520907),
(5, 2, 131, 0, 1716437520908),
(6, 3, 128, 0, 1716523920906),
(7, 4, 125, 0, 1716610320906),
(8, 5, 126, 0, 1716696720906),
(9, 5, 149, 0, 1716696720907);
DELETE FROM bytehouse_roles;
INSERT INTO bytehouse_roles (id, cluster_id, name, description, is_default, created_at, updated_at, created_by, updated_by) VALUES
(1, 137, 'system_admin', 'May do everything', 1, 1716264720906, 1716264720906, 'bytehouse_system', 'bytehouse_system'),
(2, 137, 'analyst', 'Reads sales', 0, 1716351120906, 1716351120906, 'user1', 'user1'),
(3, 138, 'loader', 'Writes staging', 0, 1716437520906, 1716437520906, 'dba', 'dba'),
(4, 138, 'analyst', 'The same name on another cluster', 0, 1716523920906, 1716523920906, 'dba', 'dba'),
(5, 137, '报表', '只读报表', 0, 1716610320906, 1716610320906, '张三', '张三'),
(6, 137, 'nobody', 'Nobody has it', 0, 1716696720906, 1716696720906, 'user1', 'user1');
DELETE FROM bytehouse_tenant;
INSERT INTO bytehouse_tenant (only_row, account_id, user_count, role_count) VALUES
(1, 12345678, 32, 6);
DELETE FROM bytehouse_users;
INSERT INTO bytehouse_users (id, user_id, username, cloud_name, user_type, status, email, description, readonly, is_system_admin, last_login_at, created_at, updated_at, immutable, clusters, initial_password, password_is_default) VALUES
(123, 12345678, 'user1', 'cloudname', 'MAIN', 'ACTIVE', 'xxx@xxx.com', 'description', 1, 1, 0, 1716264720906, 1716264720906, 1, '["98Al3s"]', '', 0),
(124, 41820311, 'dba', 'acme-data', 'NORMAL', 'ACTIVE', 'dba@acme.example', 'Keeps the clusters', 0, 1, 1717042321223, 1716268320906, 1717042320906, 1, '["98Al3s"]', '', 0),
(125, 41820377, 'alice.chen', 'alice.chen', 'NORMAL', 'ACTIVE', 'alice.chen@acme.example', 'Analyst', 0, 0, 1717301525617, 1716271920906, 1716271920906, 0, '["98Al3s","UGyGxMqpT"]', 'QnlIMHVzZSExMjM=', 1),
(126, 41820391, 'report_ro', 'report_ro', 'NORMAL', 'ACTIVE', 'bi@acme.example', 'Dashboards, reading only', 1, 0, 1717387920906, 1716275520906, 1716275520906, 0, '["98Al3s"]', '', 0),
(127, 41820455, 'wang_fang', '王芳', 'NORMAL', 'INACTIVE', '', '', 0, 0, 0, 1716279120906, 1718856720906, 0, '[]', '', 0),
(128, 41820502, 'etl-runner', 'EtlServiceRole', 'ASSUMED_ROLE', 'ACTIVE', '', 'Nightly loads', 0, 0, 1717474321029, 1716282720906, 1716282720906, 0, '["UGyGxMqpT"]', '', 0),
(129, 41820600, 'bytehouse_system', 'bytehouse', 'SYSTEM', 'ACTIVE', '', 'Kept by the service', 0, 1, 0, 1716286320906, 1716286320906, 1, '["98Al3s","UGyGxMqpT"]', '', 0),
(130, 41820613, 'bytehouse_monitor', 'bytehouse', 'SYSTEM', 'ACTIVE', '', '', 1, 0, 1717647120906, 1716289920943, 1716376320943, 1, '["98Al3s","UGyGxMqpT"]', '', 0),
(131, 41820626, '张三', '张三', 'NORMAL', 'ACTIVE', 'zhang.san@acme.example', '数据开发工程师', 0, 0, 1717733520906, 1716293520980, 1716466320980, 0, '["98Al3s"]', '', 0),
(132, 41820639, '李 四', '李四', 'NORMAL', 'ACTIVE', 'li.si@acme.example', '名字里有空格', 0, 0, 0, 1716297121017, 1716556321017, 0, '["98Al3s"]', '', 0),
(133, 41820652, 'zhao.liu', '赵六', 'NORMAL', 'INACTIVE_REMOVED', 'zhao.liu@acme.example', '离职', 0, 0, 1717906320906, 1716300721054, 1716300721054, 0, '[]', '', 0),
(134, 41820665, 'former_intern', 'former_intern', 'NORMAL', 'ACTIVE_REMOVED', '', 'Gone, but still listed', 1, 0, 1717992720906, 1716304321091, 1716390721091, 0, '["98Al3s"]', '', 0),
(135, 41820678, 'o''brien', 'o''brien', 'NORMAL', 'ACTIVE', 'o''brien@acme.example', 'An apostrophe', 0, 0, 0, 1716307921128, 1716480721128, 0, '["98Al3s"]', '', 0),
(136, 41820691, 'a b*~+/=&%', 'odd', 'NORMAL', 'ACTIVE', 'odd+tag@acme.example', 'What has to be escaped in a query', 0, 0, 1718165520906, 1716311521165, 1716570721165, 0, '["98Al3s"]', '', 0),
(137, 41820704, '"quoted\name"', 'quoted', 'NORMAL', 'ACTIVE', '', 'Quotes and a backslash', 0, 0, 1718251920906, 1716315121202, 1716315121202, 0, '[]', '', 0),
(138, 41820717, '<b>bold</b>', 'bold', 'NORMAL', 'INACTIVE', '', 'Not markup', 0, 0, 0, 1716318721239, 1716405121239, 0, '["98Al3s"]', '', 0),
(139, 41820730, 'rocket🚀', 'rocket', 'NORMAL', 'ACTIVE', 'rocket@acme.example', '四字节 UTF-8: 𠮷 🚀', 0, 0, 1718424720906, 1716322321276, 1716495121276, 0, '["UGyGxMqpT"]', '', 0),
(140, 41820743, 'Ünïcödé', 'Unicode', 'NORMAL', 'ACTIVE', 'unicode@acme.example', '', 0, 0, 1718511120906, 1716325921313, 1716585121313, 0, '["98Al3s"]', '', 0),
(141, 41820756, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'longest', 'NORMAL', 'ACTIVE', 'longest@acme.example', 'The longest name: 64 characters', 0, 0, 0, 1716329521350, 1716329521350, 0, '["98Al3s"]', '', 0),
(142, 41820769, 'x', 'x', 'NORMAL', 'ACTIVE', '', 'The shortest name', 0, 0, 1718683920906, 1716333121387, 1716419521387, 0, '["98Al3s"]', '', 0),
(143, 41820782, 'USER1', 'user1-upper', 'NORMAL', 'ACTIVE', '', 'Names are case sensitive: this is not user1', 0, 0, 1718770320906, 1716336721424, 1716509521424, 0, '["98Al3s"]', '', 0),
(144, 41820795, 'bob.li', 'bob.li', 'NORMAL', 'ACTIVE', 'bob.li@acme.example', '', 0, 0, 0, 1716340321461, 1716599521461, 0, '["98Al3s"]', '', 0),
(145, 41820808, 'carol.zhou', '周慧', 'NORMAL', 'ACTIVE', 'carol.zhou@acme.example', 'Finance', 1, 0, 1718943120906, 1716343921498, 1716343921498, 0, '["98Al3s","UGyGxMqpT"]', '', 0),
(146, 41820821, 'dave.sun', 'dave.sun', 'NORMAL', 'ACTIVE', 'dave.sun@acme.example', '', 0, 0, 1719029520906, 1716347521535, 1716433921535, 0, '["UGyGxMqpT"]', '', 0),
(147, 41820834, 'eve.qian', 'eve.qian', 'NORMAL', 'INACTIVE', 'eve.qian@acme.example', 'On leave', 0, 0, 0, 1716351121572, 1716523921572, 0, '["UGyGxMqpT"]', '', 0),
(148, 41820847, 'frank.wu', 'frank.wu', 'NORMAL', 'ACTIVE', 'frank.wu@acme.example', '', 0, 0, 1719202320906, 1716354721609, 1716613921609, 0, '["98Al3s"]', '', 0),
(149, 41820860, 'grace.he', '何静', 'NORMAL', 'ACTIVE', 'grace.he@acme.example', 'Marketing', 1, 0, 1719288720906, 1716358321646, 1716358321646, 0, '["98Al3s"]', '', 0),
(150, 41820873, 'heidi.xu', 'heidi.xu', 'NORMAL', 'ACTIVE', 'heidi.xu@acme.example', '', 0, 0, 0, 1716361921683, 1716448321683, 0, '["98Al3s"]', '', 0),
(151, 41820886, 'ivan.guo', 'ivan.guo', 'NORMAL', 'ACTIVE', 'ivan.guo@acme.example', 'Platform', 0, 1, 1719461520906, 1716365521720, 1716538321720, 0, '["98Al3s","UGyGxMqpT"]', '', 0),
(152, 41820899, 'judy.lin', 'judy.lin', 'NORMAL', 'ACTIVE', 'judy.lin@acme.example', '', 0, 0, 1719547920906, 1716369121757, 1716628321757, 0, '["UGyGxMqpT"]', 'SW5pdGlhbCNqdWR5', 1),
(153, 41820912, 'backup-agent', 'BackupRole', 'ASSUMED_ROLE', 'ACTIVE', '', 'Snapshots', 1, 0, 0, 1716372721794, 1716372721794, 0, '["98Al3s","UGyGxMqpT"]', '', 0),
(154, 41820925, 'legacy-loader', 'LegacyLoaderRole', 'ASSUMED_ROLE', 'INACTIVE', '', 'Replaced by etl-runner', 0, 0, 1719720720906, 1716376321831, 1716462721831, 0, '[]', '', 0);
DELETE FROM iam_domains;
INSERT INTO iam_domains (seq, id, name, description, enabled) VALUES
(1, 'd78cbac186b744899480f25bd022f468', 'IAMDomain', '', 1);
DELETE FROM iam_projects;
INSERT INTO iam_projects (seq, domain_id, id, name, description, enabled, is_domain, parent_id) VALUES
(1, 'd78cbac186b744899480f25bd022f468', '0bec5db98280d2d02fd6c00c2de791ce', 'cn-north-4', '', 1, 0, 'd78cbac186b744899480f25bd022f468'),
(2, 'd78cbac186b744899480f25bd022f468', 'aa2d97d7e62c4b7da3ffdfc11551f878', 'cn-north-1', '', 1, 0, 'd78cbac186b744899480f25bd022f468'),
(3, 'd78cbac186b744899480f25bd022f468', '1b4e28ba2fa14d2583d4a8e3c5f60718', 'cn-north-9', '', 1, 0, 'd78cbac186b744899480f25bd022f468'),
(4, 'd78cbac186b744899480f25bd022f468', '2c5f39cb30b25e3694e5b9f4d6071829', 'cn-east-3', '', 1, 0, 'd78cbac186b744899480f25bd022f468'),
(5, 'd78cbac186b744899480f25bd022f468', '3d604adc41c36f47a5f6ca05e718293a', 'cn-south-1', '', 1, 0, 'd78cbac186b744899480f25bd022f468'),
(6, 'd78cbac186b744899480f25bd022f468', '4e715bed52d47058b607db16f8293a4b', 'ap-southeast-1', '', 1, 0, 'd78cbac186b744899480f25bd022f468'),
(7, 'd78cbac186b744899480f25bd022f468', '5f826cfe63e58169c718ec2709304b5c', 'eu-west-101', '', 1, 0, 'd78cbac186b744899480f25bd022f468'),
(8, 'd78cbac186b744899480f25bd022f468', '0a1b2c3d4e5f60718293a4b5c6d7e8f9', 'af-south-1', '', 1, 0, 'd78cbac186b744899480f25bd022f468'),
(9, 'd78cbac186b744899480f25bd022f468', '60937d0f74f6927ad829fd381a415c6d', 'cn-north-4_测试', 'a part of a region', 1, 0, '0bec5db98280d2d02fd6c00c2de791ce');
DELETE FROM iam_users;
INSERT INTO iam_users (seq, domain_id, id, name, description, enabled, password_hash) VALUES
(1, 'd78cbac186b744899480f25bd022f468', '7116d09f88fa41908676fdd4b039e95b', 'IAMUser', '', 1, 'sha256$725d4616ee11aed8$2ed0e0af665ba6a0634c1e94321cc1e483236bb38d7b13d9174b37fc6b2f6652'),
(2, 'd78cbac186b744899480f25bd022f468', '2f5c8d6e1a7b4c3d9e0f1a2b3c4d5e6f', '张伟', '运维 🚀', 1, 'sha256$834f541cdbe96958$2e685b9a92ce61d0afe8f43ddbfd48883cdeb597f7c7d1670f3e5a13e1b05f8f'),
(3, 'd78cbac186b744899480f25bd022f468', '3a6d9e7f2b8c4d5eaf102b3c4d5e6f70', 'disabled-user', '', 0, 'sha256$ccbdcda0403b0069$ee57090ba40df99ed7a8286cd6c33cd720d7fc9e581d8e9d2499419c8fd3673b');
DELETE FROM qingcloud_clusters;
INSERT INTO qingcloud_clusters (seq, cluster_id, cluster_name, folded_name, cluster_status, cluster_type, create_time, description, nas_mount_point, paid_type, total_node_count, owner, user_count, app_cluster_id, nas_id, nas_path, nas_shared_path, cluster_sw, cpu_hours, mem_hours, deleted_job_count, finished_job_count, pending_job_count, running_job_count, stopped_job_count, project_role, shared_status, scheduler_type) VALUES
(1, 'hpc-qig9xu97', 'hpc-test', 'hpc-test', 'active', 'hpc', '2021-08-17T09:11:16Z', ' ', '/public/shanhe/s0723', 'PayForUsed', 1, 'usr-vceaHsJu', 25, NULL, NULL, NULL, NULL, '[]', 0.0, 0.0, 0, 0, 0, 0, 0, 'none', 'not_shared', 'slurm'),
(2, 'ehpc-8jqdq0mz', 'ehpc-genomics', 'ehpc-genomics', 'active', 'ehpc', '2022-03-01T02:30:00Z', '基因组分析', '/public/shanhe/s1024', 'Reserved', 16, 'usr-vceaHsJu', 24, NULL, NULL, NULL, NULL, '[]', 0.0, 0.0, 0, 0, 0, 0, 0, 'none', 'not_shared', 'slurm'),
(3, 'ehpc-czkekzfz', '流体力学 CFD', '流体力学 cfd', 'active', 'ehpc', '2022-04-01T01:00:00Z', '风洞 & turbulence <42%>', '/public/shanhe/s2048', 'Reserved', 128, 'usr-GxkSGFDs', 1, NULL, NULL, NULL, NULL, '[]', 0.0, 0.0, 0, 0, 0, 0, 0, 'none', 'not_shared', 'slurm'),
(4, 'ehpc-pend1ng0', 'ehpc-new', 'ehpc-new', 'pending', 'ehpc', '2022-05-04T12:00:00Z', ' ', '/public/shanhe/s0723', 'PayForUsed', 0, 'usr-vceaHsJu', 1, NULL, NULL, NULL, NULL, '[]', 0.0, 0.0, 0, 0, 0, 0, 0, 'none', 'not_shared', 'slurm'),
(5, 'ehpc-st0pped1', 'ehpc-night', 'ehpc-night', 'stopped', 'ehpc', '2022-05-05T12:00:00Z', ' ', '/public/shanhe/s0723', 'PayForUsed', 4, 'usr-vceaHsJu', 1, NULL, NULL, NULL, NULL, '[]', 0.0, 0.0, 0, 0, 0, 0, 0, 'none', 'not_shared', 'slurm'),
(6, 'ehpc-susp3nd2', 'ehpc-unpaid', 'ehpc-unpaid', 'suspended', 'ehpc', '2022-05-06T12:00:00Z', ' ', '/public/shanhe/s0723', 'PayForUsed', 2, 'usr-vceaHsJu', 1, NULL, NULL, NULL, NULL, '[]', 0.0, 0.0, 0, 0, 0, 0, 0, 'none', 'not_shared', 'slurm'),
(7, 'ehpc-d3m00000', 'weather_100%', 'weather_100%', 'active', 'ehpc', '2022-06-01T08:00:00Z', 'name with % and _', '/public/shanhe/d0000', 'PayForUsed', 1, 'usr-vceaHsJu', 1, NULL, NULL, NULL, NULL, '[]', 0.0, 0.0, 0, 0, 0, 0, 0, 'none', 'not_shared', 'slurm'),
(8, 'ehpc-d3m00001', 'vasp-teaching', 'vasp-teaching', 'active', 'ehpc', '2022-06-02T08:00:00Z', ' ', '/public/shanhe/d0001', 'PayForUsed', 2, 'usr-vceaHsJu', 1, NULL, NULL, NULL, NULL, '[]', 0.0, 0.0, 0, 0, 0, 0, 0, 'none', 'not_shared', 'slurm'),
(9, 'ehpc-d3m00002', 'lammps', 'lammps', 'active', 'ehpc', '2022-06-03T08:00:00Z', ' ', '/public/shanhe/d0002', 'PayForUsed', 3, 'usr-vceaHsJu', 1, NULL, NULL, NULL, NULL, '[]', 0.0, 0.0, 0, 0, 0, 0, 0, 'none', 'not_shared', 'slurm'),
(10, 'ehpc-d3m00003', 'Materials-Lab', 'materials-lab', 'active', 'ehpc', '2022-06-04T08:00:00Z', '材料', '/public/shanhe/d0003', 'PayForUsed', 4, 'usr-vceaHsJu', 1, NULL, NULL, NULL, NULL, '[]', 0.0, 0.0, 0, 0, 0, 0, 0, 'none', 'not_shared', 'slurm'),
(11, 'ehpc-d3m00004', '𠮷-cluster', '𠮷-cluster', 'active', 'ehpc', '2022-06-05T08:00:00Z', '4-byte name', '/public/shanhe/d0004', 'PayForUsed', 5, 'usr-vceaHsJu', 1, NULL, NULL, NULL, NULL, '[]', 0.0, 0.0, 0, 0, 0, 0, 0, 'none', 'not_shared', 'slurm'),
(12, 'ehpc-d3m00005', 'archive', 'archive', 'active', 'ehpc', '2022-06-06T08:00:00Z', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', '/public/shanhe/d0005', 'PayForUsed', 6, 'usr-vceaHsJu', 1, NULL, NULL, NULL, NULL, '[]', 0.0, 0.0, 0, 0, 0, 0, 0, 'none', 'not_shared', 'slurm');
DELETE FROM qingcloud_counts;
INSERT INTO qingcloud_counts (kind, total) VALUES
('clusters', 12),
('jobs', 25),
('users', 59);
DELETE FROM qingcloud_jobs;
INSERT INTO qingcloud_jobs (seq, job_id, job_action, action_describe, folded_name, status, error_codes, owner, resource_ids, submitter, task_count, create_time, status_time) VALUES
(1, 'j-8ajjp28fps8', 'HpcQueueRemoveEhpcQueueNodes', '从队列移除节点', 'hpcqueueremoveehpcqueuenodes
从队列移除节点', 'successful', '', 'usr-GxkSGFDs', 'ehpc-czkekzfz ehpcq-rg0vaycm cln-w1xufnk9', 'nscca-hpc1', NULL, '2022-04-06T01:26:33Z', '2022-04-06T01:26:40Z'),
(2, 'j-2awn7xwq815', 'HpcUserAddUser', '', 'hpcuseradduser
', 'successful', '', 'usr-vceaHsJu', 'ehpc-8jqdq0mz', 'nscca-hpc1', NULL, '2022-04-07T02:00:00Z', '2022-04-07T02:00:00Z'),
(3, 'j-nmxc59kep40', 'HpcUserDeleteUser', '', 'hpcuserdeleteuser
', 'successful', '', 'usr-vceaHsJu', 'ehpc-8jqdq0mz', 'nscca-hpc1', NULL, '2022-04-07T02:05:00Z', '2022-04-07T02:05:00Z'),
(4, 'j-pend1ng0000', 'HpcClusterStartCluster', '启动集群', 'hpcclusterstartcluster
启动集群', 'pending', '', 'usr-vceaHsJu', 'ehpc-st0pped1', 'nscca-hpc1', NULL, '2022-04-08T00:00:00Z', '2022-04-08T00:00:00Z'),
(5, 'j-fa1led00000', 'HpcUserAddUser', '', 'hpcuseradduser
', 'failed', '2110', 'usr-vceaHsJu', 'ehpc-8jqdq0mz', 'nscca-hpc1', NULL, '2022-04-08T00:00:00Z', '2022-04-08T00:00:00Z'),
(6, 'j-oyxuqtyti1h', 'HpcUserAddUser', '', 'hpcuseradduser
', 'successful', '', 'usr-vceaHsJu', 'hpc-qig9xu97', 'nscca-hpc1', NULL, '2022-04-09T00:00:00Z', '2022-04-09T00:00:00Z'),
(7, 'j-hc0v78jb7ch', 'HpcUserAddUser', '', 'hpcuseradduser
', 'successful', '', 'usr-vceaHsJu', 'ehpc-8jqdq0mz', 'nscca-hpc1', NULL, '2022-04-09T01:00:00Z', '2022-04-09T01:00:00Z'),
(8, 'j-smnnw2i7yhs', 'HpcUserDeleteUser', '', 'hpcuserdeleteuser
', 'successful', '', 'usr-vceaHsJu', 'hpc-qig9xu97', 'nscca-hpc1', NULL, '2022-04-09T02:00:00Z', '2022-04-09T02:00:00Z'),
(9, 'j-cqioay80543', 'HpcUserAddUser', '', 'hpcuseradduser
', 'successful', '', 'usr-vceaHsJu', 'ehpc-8jqdq0mz', 'nscca-hpc1', NULL, '2022-04-09T03:00:00Z', '2022-04-09T03:00:00Z'),
(10, 'j-49cs4lc6jda', 'HpcUserAddUser', '', 'hpcuseradduser
', 'successful', '', 'usr-vceaHsJu', 'hpc-qig9xu97', 'nscca-hpc1', NULL, '2022-04-09T04:00:00Z', '2022-04-09T04:00:00Z'),
(11, 'j-1vqrn8gh6l1', 'HpcUserDeleteUser', '', 'hpcuserdeleteuser
', 'successful', '', 'usr-vceaHsJu', 'ehpc-8jqdq0mz', 'nscca-hpc1', NULL, '2022-04-09T05:00:00Z', '2022-04-09T05:00:00Z'),
(12, 'j-6datrvyun8v', 'HpcUserAddUser', '', 'hpcuseradduser
', 'successful', '', 'usr-vceaHsJu', 'hpc-qig9xu97', 'nscca-hpc1', NULL, '2022-04-09T06:00:00Z', '2022-04-09T06:00:00Z'),
(13, 'j-1j77vkadjfe', 'HpcUserAddUser', '', 'hpcuseradduser
', 'successful', '', 'usr-vceaHsJu', 'ehpc-8jqdq0mz', 'nscca-hpc1', NULL, '2022-04-09T07:00:00Z', '2022-04-09T07:00:00Z'),
(14, 'j-w30frvaxhaf', 'HpcUserDeleteUser', '', 'hpcuserdeleteuser
', 'successful', '', 'usr-vceaHsJu', 'hpc-qig9xu97', 'nscca-hpc1', NULL, '2022-04-09T08:00:00Z', '2022-04-09T08:00:00Z'),
(15, 'j-zwfkms3otz2', 'HpcUserAddUser', '', 'hpcuseradduser
', 'successful', '', 'usr-vceaHsJu', 'ehpc-8jqdq0mz', 'nscca-hpc1', NULL, '2022-04-09T09:00:00Z', '2022-04-09T09:00:00Z'),
(16, 'j-xkhssvryzwr', 'HpcUserAddUser', '', 'hpcuseradduser
', 'successful', '', 'usr-vceaHsJu', 'hpc-qig9xu97', 'nscca-hpc1', NULL, '2022-04-09T10:00:00Z', '2022-04-09T10:00:00Z'),
(17, 'j-agvh1eq52wj', 'HpcUserDeleteUser', '', 'hpcuserdeleteuser
', 'successful', '', 'usr-vceaHsJu', 'ehpc-8jqdq0mz', 'nscca-hpc1', NULL, '2022-04-09T11:00:00Z', '2022-04-09T11:00:00Z'),
(18, 'j-zmfwg4mslaz', 'HpcUserAddUser', '', 'hpcuseradduser
', 'successful', '', 'usr-vceaHsJu', 'hpc-qig9xu97', 'nscca-hpc1', NULL, '2022-04-09T12:00:00Z', '2022-04-09T12:00:00Z'),
(19, 'j-supslldd7w2', 'HpcUserAddUser', '', 'hpcuseradduser
', 'successful', '', 'usr-vceaHsJu', 'ehpc-8jqdq0mz', 'nscca-hpc1', NULL, '2022-04-09T13:00:00Z', '2022-04-09T13:00:00Z'),
(20, 'j-rjvfy81yjq5', 'HpcUserDeleteUser', '', 'hpcuserdeleteuser
', 'successful', '', 'usr-vceaHsJu', 'hpc-qig9xu97', 'nscca-hpc1', NULL, '2022-04-09T14:00:00Z', '2022-04-09T14:00:00Z'),
(21, 'j-bbyqgsvgum2', 'HpcUserAddUser', '', 'hpcuseradduser
', 'successful', '', 'usr-vceaHsJu', 'ehpc-8jqdq0mz', 'nscca-hpc1', NULL, '2022-04-09T15:00:00Z', '2022-04-09T15:00:00Z'),
(22, 'j-x7hv1b9e1br', 'HpcUserAddUser', '', 'hpcuseradduser
', 'successful', '', 'usr-vceaHsJu', 'hpc-qig9xu97', 'nscca-hpc1', NULL, '2022-04-09T16:00:00Z', '2022-04-09T16:00:00Z'),
(23, 'j-nqxbvrd6jdb', 'HpcUserDeleteUser', '', 'hpcuserdeleteuser
', 'successful', '', 'usr-vceaHsJu', 'ehpc-8jqdq0mz', 'nscca-hpc1', NULL, '2022-04-09T17:00:00Z', '2022-04-09T17:00:00Z'),
(24, 'j-1f6jba9aa42', 'HpcUserAddUser', '', 'hpcuseradduser
', 'successful', '', 'usr-vceaHsJu', 'hpc-qig9xu97', 'nscca-hpc1', NULL, '2022-04-09T18:00:00Z', '2022-04-09T18:00:00Z'),
(25, 'j-bccpbciptus', 'HpcUserAddUser', '', 'hpcuseradduser
', 'successful', '', 'usr-vceaHsJu', 'ehpc-8jqdq0mz', 'nscca-hpc1', NULL, '2022-04-09T19:00:00Z', '2022-04-09T19:00:00Z');
DELETE FROM qingcloud_users;
INSERT INTO qingcloud_users (seq, hpcuser_id, cluster_id, username, folded_name, user_id, role, uid_number, gid_number, mod, nas_mount_point, create_time, update_time, implied) VALUES
(1, 'hpcuser-8a310ir1', 'hpc-qig9xu97', 'usr-vceaHsJu', 'usr-vceahsju', 'usr-vceaHsJu', 'member', 41522, 41522, NULL, '/public/shanhe/s0723', '2021-08-17T09:12:40Z', '2021-08-17T09:12:40Z', 0),
(2, 'hpcuser-0adm1n00', 'hpc-qig9xu97', 'admin', 'admin', 'usr-vceaHsJu', 'admin', 41500, 41500, NULL, '/public/shanhe/s0723', '2021-08-17T09:12:40Z', '2021-08-17T09:12:40Z', 0),
(3, 'hpcuser-ew8vyomo', 'hpc-qig9xu97', 'boss', 'boss', 'usr-GxkSGFDs', 'boss', 41501, 41501, NULL, '/public/shanhe/s0723', '2021-08-17T09:12:41Z', '2021-08-17T09:12:41Z', 0),
(4, 'hpcuser-5ivomeol', 'ehpc-8jqdq0mz', 'admin', 'admin', 'usr-vceaHsJu', 'admin', 44730, 44730, NULL, '/public/shanhe/s1024', '2022-03-01T02:31:00Z', '2022-03-01T02:31:00Z', 0),
(5, 'hpcuser-u78ipnpu', 'ehpc-8jqdq0mz', 'isabel', 'isabel', 'usr-zdGC1lMz', 'member', 44731, 44731, '700', '/public/shanhe/s1024', '2022-03-02T06:00:00Z', '2022-03-02T06:00:00Z', 0),
(6, 'hpcuser-5jc8qgeh', 'ehpc-8jqdq0mz', 'zhang_w', 'zhang_w', 'usr-jIMusVDl', 'member', 44732, 44732, NULL, '/public/shanhe/s1024', '2022-03-02T06:00:00Z', '2022-03-02T06:00:00Z', 0),
(7, 'hpcuser-inbudu7t', 'hpc-qig9xu97', '李伟', '李伟', 'usr-56fxvY4N', 'member', 41523, 41523, NULL, '/public/shanhe/s0723', '2021-09-01T01:00:00Z', '2022-01-01T00:00:00Z', 0),
(8, 'hpcuser-nn1jnrjf', 'hpc-qig9xu97', '𠮷田', '𠮷田', 'usr-UIRxzSyQ', 'member', 41524, 41524, '700', '/public/shanhe/s0723', '2021-09-01T01:00:00Z', '2021-09-01T01:00:00Z', 0),
(9, 'hpcuser-5b5pnge9', 'hpc-qig9xu97', 'o''brien', 'o''brien', 'usr-6EhSGBPC', 'member', 41525, 41525, '750', '/public/shanhe/s0723', '2021-09-01T01:00:00Z', '2021-09-01T01:00:00Z', 0),
(10, 'hpcuser-df9x20ti', 'hpc-qig9xu97', 'Zhang_W', 'zhang_w', 'usr-orDrnHEk', 'member', 41526, 41526, '755', '/public/shanhe/s0723', '2021-09-01T02:00:00Z', '2021-09-01T02:00:00Z', 0),
(11, 'hpcuser-m2t0pwfb', 'hpc-qig9xu97', '100%_real', '100%_real', 'usr-xREvB7IE', 'member', 41527, 41527, NULL, '/public/shanhe/s0723', '2021-09-01T02:00:00Z', '2021-09-01T02:00:00Z', 0),
(12, 'hpcuser-84l4hcpk', 'hpc-qig9xu97', 'a&b=c+d', 'a&b=c+d', 'usr-MahECTeT', 'member', 41528, 41528, '700', '/public/shanhe/s0723', '2021-09-01T02:00:00Z', '2022-01-01T00:00:00Z', 0),
(13, 'hpcuser-405v7ued', 'hpc-qig9xu97', 'li wei', 'li wei', 'usr-3UjHCA6e', 'member', 41529, 41529, '750', '/public/shanhe/s0723', '2021-09-01T03:00:00Z', '2021-09-01T03:00:00Z', 0),
(14, 'hpcuser-4ag7gowk', 'hpc-qig9xu97', 'quote"back\slash', 'quote"back\slash', 'usr-P5oeOmkF', 'member', 41530, 41530, '755', '/public/shanhe/s0723', '2021-09-01T03:00:00Z', '2021-09-01T03:00:00Z', 0),
(15, 'hpcuser-el53kt28', 'hpc-qig9xu97', '<script>', '<script>', 'usr-13WOKVjk', 'member', 41531, 41531, NULL, '/public/shanhe/s0723', '2021-09-01T03:00:00Z', '2021-09-01T03:00:00Z', 0),
(16, 'hpcuser-526v4wla', 'hpc-qig9xu97', 'wang_fang_from_the_computational_fluid_dynamics_laboratory_no_17', 'wang_fang_from_the_computational_fluid_dynamics_laboratory_no_17', 'usr-POQMYW5P', 'member', 41532, 41532, '700', '/public/shanhe/s0723', '2021-09-01T04:00:00Z', '2021-09-01T04:00:00Z', 0),
(17, 'hpcuser-0k2ynunv', 'hpc-qig9xu97', 'm001', 'm001', 'usr-GpeCLfW5', 'member', 41533, 41533, '750', '/public/shanhe/s0723/m001', '2021-09-01T04:00:00Z', '2022-01-01T00:00:00Z', 0),
(18, 'hpcuser-gwoik5o0', 'hpc-qig9xu97', 'm002', 'm002', 'usr-SDPhy9HV', 'member', 41534, 41534, '755', '/public/shanhe/s0723/m002', '2021-09-01T04:00:00Z', '2021-09-01T04:00:00Z', 0),
(19, 'hpcuser-z5niyth7', 'hpc-qig9xu97', 'm003', 'm003', 'usr-Kxr3OajK', 'member', 41535, 41535, NULL, '/public/shanhe/s0723/m003', '2021-09-01T05:00:00Z', '2021-09-01T05:00:00Z', 0),
(20, 'hpcuser-3dzdzqgh', 'hpc-qig9xu97', 'm004', 'm004', 'usr-eI5ffL7n', 'member', 41536, 41536, '700', '/public/shanhe/s0723/m004', '2021-09-01T05:00:00Z', '2021-09-01T05:00:00Z', 0),
(21, 'hpcuser-rji6fdpb', 'hpc-qig9xu97', 'm005', 'm005', 'usr-x8bKMJMd', 'member', 41537, 41537, '750', '/public/shanhe/s0723/m005', '2021-09-01T05:00:00Z', '2021-09-01T05:00:00Z', 0),
(22, 'hpcuser-pek4n5gv', 'hpc-qig9xu97', 'm006', 'm006', 'usr-uHkhgnCh', 'member', 41538, 41538, '755', '/public/shanhe/s0723/m006', '2021-09-01T06:00:00Z', '2022-01-01T00:00:00Z', 0),
(23, 'hpcuser-982u0xtl', 'hpc-qig9xu97', 'm007', 'm007', 'usr-f3tWz7iI', 'member', 41539, 41539, NULL, '/public/shanhe/s0723/m007', '2021-09-01T06:00:00Z', '2021-09-01T06:00:00Z', 0),
(24, 'hpcuser-wq7a4zcr', 'hpc-qig9xu97', 'm008', 'm008', 'usr-rKxQ34mv', 'member', 41540, 41540, '700', '/public/shanhe/s0723/m008', '2021-09-01T06:00:00Z', '2021-09-01T06:00:00Z', 0),
(25, 'hpcuser-yu678xs7', 'hpc-qig9xu97', 'm009', 'm009', 'usr-4atf268N', 'member', 41541, 41541, '750', '/public/shanhe/s0723/m009', '2021-09-01T07:00:00Z', '2021-09-01T07:00:00Z', 0),
(26, 'hpcuser-sqnz43is', 'hpc-qig9xu97', 'm010', 'm010', 'usr-x71jlt67', 'member', 41542, 41542, '755', '/public/shanhe/s0723/m010', '2021-09-01T07:00:00Z', '2021-09-01T07:00:00Z', 0),
(27, 'hpcuser-lo78fq1u', 'hpc-qig9xu97', 'm011', 'm011', 'usr-uxKXtQYe', 'member', 41543, 41543, NULL, '/public/shanhe/s0723/m011', '2021-09-01T07:00:00Z', '2022-01-01T00:00:00Z', 0),
(28, 'hpcuser-mczj01e6', 'hpc-qig9xu97', 'm012', 'm012', 'usr-enfQ3k98', 'member', 41544, 41544, '700', '/public/shanhe/s0723/m012', '2021-09-01T08:00:00Z', '2021-09-01T08:00:00Z', 0),
(29, 'hpcuser-5hveu7s0', 'ehpc-8jqdq0mz', 'chen_00', 'chen_00', 'usr-YVeoaAmf', 'member', 44733, 44733, NULL, '/public/shanhe/s1024', '2022-03-03T06:00:00Z', '2022-03-03T06:00:00Z', 0),
(30, 'hpcuser-1yo3hlna', 'ehpc-8jqdq0mz', 'liu_01', 'liu_01', 'usr-OK8tYfuH', 'member', 44734, 44734, '700', '/public/shanhe/s1024', '2022-03-04T06:00:00Z', '2022-03-04T06:00:00Z', 0),
(31, 'hpcuser-hg8z0imr', 'ehpc-8jqdq0mz', 'yang_02', 'yang_02', 'usr-VTkKl8vb', 'member', 44735, 44735, NULL, '/public/shanhe/s1024', '2022-03-05T06:00:00Z', '2022-03-05T06:00:00Z', 0),
(32, 'hpcuser-u8fai5he', 'ehpc-8jqdq0mz', 'zhao_03', 'zhao_03', 'usr-4ca4OeY4', 'member', 44736, 44736, '700', '/public/shanhe/s1024', '2022-03-06T06:00:00Z', '2022-03-06T06:00:00Z', 0),
(33, 'hpcuser-5fj26928', 'ehpc-8jqdq0mz', 'huang_04', 'huang_04', 'usr-Lv33LjY2', 'member', 44737, 44737, NULL, '/public/shanhe/s1024', '2022-03-07T06:00:00Z', '2022-03-07T06:00:00Z', 0),
(34, 'hpcuser-z0t05etm', 'ehpc-8jqdq0mz', 'zhou_05', 'zhou_05', 'usr-2zwriiMY', 'member', 44738, 44738, '700', '/public/shanhe/s1024', '2022-03-08T06:00:00Z', '2022-03-08T06:00:00Z', 0),
(35, 'hpcuser-7lhoozlb', 'ehpc-8jqdq0mz', 'wu_06', 'wu_06', 'usr-jW1qGZr1', 'member', 44739, 44739, NULL, '/public/shanhe/s1024', '2022-03-09T06:00:00Z', '2022-03-09T06:00:00Z', 0),
(36, 'hpcuser-p5x79328', 'ehpc-8jqdq0mz', 'chen_07', 'chen_07', 'usr-j0FgHth8', 'member', 44740, 44740, '700', '/public/shanhe/s1024', '2022-03-10T06:00:00Z', '2022-03-10T06:00:00Z', 0),
(37, 'hpcuser-q3n461gm', 'ehpc-8jqdq0mz', 'liu_08', 'liu_08', 'usr-EbRY3UpA', 'member', 44741, 44741, NULL, '/public/shanhe/s1024', '2022-03-11T06:00:00Z', '2022-03-11T06:00:00Z', 0),
(38, 'hpcuser-f2y45akp', 'ehpc-8jqdq0mz', 'yang_09', 'yang_09', 'usr-ui76eaDp', 'member', 44742, 44742, '700', '/public/shanhe/s1024', '2022-03-12T06:00:00Z', '2022-03-12T06:00:00Z', 0),
(39, 'hpcuser-lcut1cd8', 'ehpc-8jqdq0mz', 'zhao_10', 'zhao_10', 'usr-IWj7CHkc', 'member', 44743, 44743, NULL, '/public/shanhe/s1024', '2022-03-13T06:00:00Z', '2022-03-13T06:00:00Z', 0),
(40, 'hpcuser-30n7jap6', 'ehpc-8jqdq0mz', 'huang_11', 'huang_11', 'usr-OxHKxoh1', 'member', 44744, 44744, '700', '/public/shanhe/s1024', '2022-03-14T06:00:00Z', '2022-03-14T06:00:00Z', 0),
(41, 'hpcuser-bfanudqp', 'ehpc-8jqdq0mz', 'zhou_12', 'zhou_12', 'usr-gh9vgutJ', 'member', 44745, 44745, NULL, '/public/shanhe/s1024', '2022-03-15T06:00:00Z', '2022-03-15T06:00:00Z', 0),
(42, 'hpcuser-7c3tu9mo', 'ehpc-8jqdq0mz', 'wu_13', 'wu_13', 'usr-8TnV2v2f', 'member', 44746, 44746, '700', '/public/shanhe/s1024', '2022-03-16T06:00:00Z', '2022-03-16T06:00:00Z', 0),
(43, 'hpcuser-graqnt1g', 'ehpc-8jqdq0mz', 'chen_14', 'chen_14', 'usr-8VwNAta3', 'member', 44747, 44747, NULL, '/public/shanhe/s1024', '2022-03-17T06:00:00Z', '2022-03-17T06:00:00Z', 0),
(44, 'hpcuser-yxep6l0x', 'ehpc-8jqdq0mz', 'liu_15', 'liu_15', 'usr-VxjkGYVR', 'member', 44748, 44748, '700', '/public/shanhe/s1024', '2022-03-18T06:00:00Z', '2022-03-18T06:00:00Z', 0),
(45, 'hpcuser-sjdi2azx', 'ehpc-8jqdq0mz', 'yang_16', 'yang_16', 'usr-oJvbMMSG', 'member', 44749, 44749, NULL, '/public/shanhe/s1024', '2022-03-19T06:00:00Z', '2022-03-19T06:00:00Z', 0),
(46, 'hpcuser-u3pvrqdc', 'ehpc-8jqdq0mz', 'zhao_17', 'zhao_17', 'usr-gIaohrGb', 'member', 44750, 44750, '700', '/public/shanhe/s1024', '2022-03-20T06:00:00Z', '2022-03-20T06:00:00Z', 0),
(47, 'hpcuser-61omor47', 'ehpc-8jqdq0mz', 'huang_18', 'huang_18', 'usr-yK6gkYRB', 'member', 44751, 44751, NULL, '/public/shanhe/s1024', '2022-03-21T06:00:00Z', '2022-03-21T06:00:00Z', 0),
(48, 'hpcuser-uf6u18km', 'ehpc-8jqdq0mz', 'zhou_19', 'zhou_19', 'usr-53NTEjGW', 'member', 44752, 44752, '700', '/public/shanhe/s1024', '2022-03-22T06:00:00Z', '2022-03-22T06:00:00Z', 0),
(49, 'hpcuser-sy3iesxz', 'ehpc-8jqdq0mz', 'wu_20', 'wu_20', 'usr-WX27zUEe', 'member', 44753, 44753, NULL, '/public/shanhe/s1024', '2022-03-23T06:00:00Z', '2022-03-23T06:00:00Z', 0),
(50, 'hpcuser-xl2q0sr2', 'ehpc-czkekzfz', 'admin', 'admin', 'usr-GxkSGFDs', 'admin', 41500, 41500, NULL, '/public/shanhe/s2048', '2022-04-01T01:00:00Z', '2022-04-01T01:00:00Z', 0),
(51, 'hpcuser-tt6bz1t1', 'ehpc-pend1ng0', 'admin', 'admin', 'usr-vceaHsJu', 'admin', 41500, 41500, NULL, '/public/shanhe/s0723', '2022-05-04T12:00:00Z', '2022-05-04T12:00:00Z', 0),
(52, 'hpcuser-0m3oiqsf', 'ehpc-st0pped1', 'admin', 'admin', 'usr-vceaHsJu', 'admin', 41500, 41500, NULL, '/public/shanhe/s0723', '2022-05-05T12:00:00Z', '2022-05-05T12:00:00Z', 0),
(53, 'hpcuser-5n8912yk', 'ehpc-susp3nd2', 'admin', 'admin', 'usr-vceaHsJu', 'admin', 41500, 41500, NULL, '/public/shanhe/s0723', '2022-05-06T12:00:00Z', '2022-05-06T12:00:00Z', 0),
(54, 'hpcuser-loxlo9dq', 'ehpc-d3m00000', 'admin', 'admin', 'usr-vceaHsJu', 'admin', 41500, 41500, NULL, '/public/shanhe/d0000', '2022-06-01T08:00:00Z', '2022-06-01T08:00:00Z', 0),
(55, 'hpcuser-5ho4ojax', 'ehpc-d3m00001', 'admin', 'admin', 'usr-vceaHsJu', 'admin', 41500, 41500, NULL, '/public/shanhe/d0001', '2022-06-02T08:00:00Z', '2022-06-02T08:00:00Z', 0),
(56, 'hpcuser-5a78wgm5', 'ehpc-d3m00002', 'admin', 'admin', 'usr-vceaHsJu', 'admin', 41500, 41500, NULL, '/public/shanhe/d0002', '2022-06-03T08:00:00Z', '2022-06-03T08:00:00Z', 0),
(57, 'hpcuser-zlu3n2rp', 'ehpc-d3m00003', 'admin', 'admin', 'usr-vceaHsJu', 'admin', 41500, 41500, NULL, '/public/shanhe/d0003', '2022-06-04T08:00:00Z', '2022-06-04T08:00:00Z', 0),
(58, 'hpcuser-4jwmxbgj', 'ehpc-d3m00004', 'admin', 'admin', 'usr-vceaHsJu', 'admin', 41500, 41500, NULL, '/public/shanhe/d0004', '2022-06-05T08:00:00Z', '2022-06-05T08:00:00Z', 0),
(59, 'hpcuser-lvdzdq43', 'ehpc-d3m00005', 'admin', 'admin', 'usr-vceaHsJu', 'admin', 41500, 41500, NULL, '/public/shanhe/d0005', '2022-06-06T08:00:00Z', '2022-06-06T08:00:00Z', 0);
DELETE FROM rocketmq_instances;
INSERT INTO rocketmq_instances (seq, project_id, instance_id, document, user_count) VALUES
(1, '0bec5db98280d2d02fd6c00c2de791ce', '68fdc9a8-805e-439d-8dd9-25adc1c58bf6', '{"name":"rocketmq-orders","engine":"reliability","status":"RUNNING","engine_version":"4.8.0","instance_id":"68fdc9a8-805e-439d-8dd9-25adc1c58bf6","enable_acl":true,"type":"cluster","specification":"rocketmq.4u8g.cluster * 2 broker","created_at":"1715500800000","charging_mode":1,"vpc_id":"1e93f86e-13af-46c8-97d6-d40fa62b76c2","subnet_id":"b5fa806c-35e7-4299-b659-b39398dd4718","security_group_id":"6e7e9fcd-4c1a-4b0e-8f4c-8a3a5d6f7e10","available_zones":["d573142f24894ef3bd3664de068b44b0","0d7f3e4c5b6a49788796a5b4c3d2e1f0"],"user_id":"7116d09f88fa41908676fdd4b039e95b","user_name":"IAMUser","storage_space":600,"ssl_enable":true,"enable_publicip":false,"broker_num":2,"product_id":"c6.4u8g.cluster","enterprise_project_id":"0","tags":[{"key":"env","value":"test"}],"maintain_begin":"02:00:00","maintain_end":"06:00:00","namesrv_address":"192.168.0.11:8100;192.168.0.12:8100","broker_address":"192.168.0.21:10100;192.168.0.22:10100"}', 27),
(2, '0bec5db98280d2d02fd6c00c2de791ce', '0d3f1c52-6f0e-4c43-9a55-5b1d6f5c5000', '{"name":"rocketmq-basic","engine":"reliability","status":"RUNNING","engine_version":"5.x","instance_id":"0d3f1c52-6f0e-4c43-9a55-5b1d6f5c5000","enable_acl":true,"type":"cluster.basic","specification":"rocketmq.b1.large.1","created_at":"1715500800000","charging_mode":1,"vpc_id":"1e93f86e-13af-46c8-97d6-d40fa62b76c2","subnet_id":"b5fa806c-35e7-4299-b659-b39398dd4718","security_group_id":"6e7e9fcd-4c1a-4b0e-8f4c-8a3a5d6f7e10","available_zones":["d573142f24894ef3bd3664de068b44b0"],"user_id":"7116d09f88fa41908676fdd4b039e95b","user_name":"IAMUser","storage_space":300,"ssl_enable":false,"enable_publicip":false,"broker_num":1,"product_id":"rocketmq.b2.large.4","enterprise_project_id":"0","tags":[],"maintain_begin":"02:00:00","maintain_end":"06:00:00","namesrv_address":"192.168.0.31:8100","broker_address":"192.168.0.41:10100","grpc_address":"192.168.0.31:8080"}', 1),
(3, '0bec5db98280d2d02fd6c00c2de791ce', '7f2b8a10-3c4d-4e5f-8a9b-0c1d2e3f4800', '{"name":"rocketmq-open","engine":"reliability","status":"RUNNING","engine_version":"4.8.0","instance_id":"7f2b8a10-3c4d-4e5f-8a9b-0c1d2e3f4800","enable_acl":false,"type":"cluster","specification":"rocketmq.4u8g.cluster * 1 broker","created_at":"1715500800000","charging_mode":1,"vpc_id":"1e93f86e-13af-46c8-97d6-d40fa62b76c2","subnet_id":"b5fa806c-35e7-4299-b659-b39398dd4718","security_group_id":"6e7e9fcd-4c1a-4b0e-8f4c-8a3a5d6f7e10","available_zones":["d573142f24894ef3bd3664de068b44b0"],"user_id":"7116d09f88fa41908676fdd4b039e95b","user_name":"IAMUser","storage_space":300,"ssl_enable":false,"enable_publicip":false,"broker_num":1,"product_id":"","enterprise_project_id":"0","tags":[],"maintain_begin":"02:00:00","maintain_end":"06:00:00","namesrv_address":"","broker_address":""}', 0),
(4, '0bec5db98280d2d02fd6c00c2de791ce', '2f6a1f0e-7b5d-4c3a-9e21-00000c4ea710', '{"name":"rocketmq-being-created","engine":"reliability","status":"CREATING","engine_version":"4.8.0","instance_id":"2f6a1f0e-7b5d-4c3a-9e21-00000c4ea710","enable_acl":true,"type":"cluster","specification":"rocketmq.4u8g.cluster * 1 broker","created_at":"1715587200000","charging_mode":1,"vpc_id":"1e93f86e-13af-46c8-97d6-d40fa62b76c2","subnet_id":"b5fa806c-35e7-4299-b659-b39398dd4718","security_group_id":"6e7e9fcd-4c1a-4b0e-8f4c-8a3a5d6f7e10","available_zones":["d573142f24894ef3bd3664de068b44b0"],"user_id":"7116d09f88fa41908676fdd4b039e95b","user_name":"IAMUser","storage_space":300,"ssl_enable":false,"enable_publicip":false,"broker_num":1,"product_id":"","enterprise_project_id":"0","tags":[],"maintain_begin":"02:00:00","maintain_end":"06:00:00","namesrv_address":"","broker_address":""}', 0),
(5, '0bec5db98280d2d02fd6c00c2de791ce', '3a7b2e1d-8c6e-4d4b-8f32-0000000e4404', '{"name":"rocketmq-with-an-error","engine":"reliability","status":"ERROR","engine_version":"4.8.0","instance_id":"3a7b2e1d-8c6e-4d4b-8f32-0000000e4404","enable_acl":true,"type":"cluster","specification":"rocketmq.4u8g.cluster * 1 broker","created_at":"1715673600000","charging_mode":1,"vpc_id":"1e93f86e-13af-46c8-97d6-d40fa62b76c2","subnet_id":"b5fa806c-35e7-4299-b659-b39398dd4718","security_group_id":"6e7e9fcd-4c1a-4b0e-8f4c-8a3a5d6f7e10","available_zones":["d573142f24894ef3bd3664de068b44b0"],"user_id":"7116d09f88fa41908676fdd4b039e95b","user_name":"IAMUser","storage_space":300,"ssl_enable":false,"enable_publicip":false,"broker_num":1,"product_id":"","enterprise_project_id":"0","tags":[],"maintain_begin":"02:00:00","maintain_end":"06:00:00","namesrv_address":"","broker_address":""}', 0),
(6, '0bec5db98280d2d02fd6c00c2de791ce', '4b8c3d2c-9d7f-4e5c-9a43-00004e57a470', '{"name":"rocketmq-restarting","engine":"reliability","status":"RESTARTING","engine_version":"4.8.0","instance_id":"4b8c3d2c-9d7f-4e5c-9a43-00004e57a470","enable_acl":true,"type":"cluster","specification":"rocketmq.4u8g.cluster * 1 broker","created_at":"1715760000000","charging_mode":1,"vpc_id":"1e93f86e-13af-46c8-97d6-d40fa62b76c2","subnet_id":"b5fa806c-35e7-4299-b659-b39398dd4718","security_group_id":"6e7e9fcd-4c1a-4b0e-8f4c-8a3a5d6f7e10","available_zones":["d573142f24894ef3bd3664de068b44b0"],"user_id":"7116d09f88fa41908676fdd4b039e95b","user_name":"IAMUser","storage_space":300,"ssl_enable":false,"enable_publicip":false,"broker_num":1,"product_id":"","enterprise_project_id":"0","tags":[],"maintain_begin":"02:00:00","maintain_end":"06:00:00","namesrv_address":"","broker_address":""}', 1),
(7, '0bec5db98280d2d02fd6c00c2de791ce', '5c9d4c3b-ae80-4f6d-8b54-0000e87e4d00', '{"name":"rocketmq-extending","engine":"reliability","status":"EXTENDING","engine_version":"4.8.0","instance_id":"5c9d4c3b-ae80-4f6d-8b54-0000e87e4d00","enable_acl":true,"type":"cluster","specification":"rocketmq.4u8g.cluster * 1 broker","created_at":"1715846400000","charging_mode":1,"vpc_id":"1e93f86e-13af-46c8-97d6-d40fa62b76c2","subnet_id":"b5fa806c-35e7-4299-b659-b39398dd4718","security_group_id":"6e7e9fcd-4c1a-4b0e-8f4c-8a3a5d6f7e10","available_zones":["d573142f24894ef3bd3664de068b44b0"],"user_id":"7116d09f88fa41908676fdd4b039e95b","user_name":"IAMUser","storage_space":300,"ssl_enable":false,"enable_publicip":false,"broker_num":1,"product_id":"","enterprise_project_id":"0","tags":[],"maintain_begin":"02:00:00","maintain_end":"06:00:00","namesrv_address":"","broker_address":""}', 0),
(8, '0bec5db98280d2d02fd6c00c2de791ce', '6dae5b4a-bf91-4a7e-9c65-0e87e4dfa11e', '{"name":"rocketmq-extension-failed","engine":"reliability","status":"EXTENDEDFAILED","engine_version":"4.8.0","instance_id":"6dae5b4a-bf91-4a7e-9c65-0e87e4dfa11e","enable_acl":true,"type":"cluster","specification":"rocketmq.4u8g.cluster * 1 broker","created_at":"1715932800000","charging_mode":1,"vpc_id":"1e93f86e-13af-46c8-97d6-d40fa62b76c2","subnet_id":"b5fa806c-35e7-4299-b659-b39398dd4718","security_group_id":"6e7e9fcd-4c1a-4b0e-8f4c-8a3a5d6f7e10","available_zones":["d573142f24894ef3bd3664de068b44b0"],"user_id":"7116d09f88fa41908676fdd4b039e95b","user_name":"IAMUser","storage_space":300,"ssl_enable":false,"enable_publicip":false,"broker_num":1,"product_id":"","enterprise_project_id":"0","tags":[],"maintain_begin":"02:00:00","maintain_end":"06:00:00","namesrv_address":"","broker_address":""}', 0),
(9, '0bec5db98280d2d02fd6c00c2de791ce', '7ebf6a59-c0a2-4b8f-8d76-00000de1e710', '{"name":"订单队列 (删除中)","engine":"reliability","status":"DELETING","engine_version":"4.8.0","instance_id":"7ebf6a59-c0a2-4b8f-8d76-00000de1e710","enable_acl":true,"type":"cluster","specification":"rocketmq.4u8g.cluster * 1 broker","created_at":"1716019200000","charging_mode":1,"vpc_id":"1e93f86e-13af-46c8-97d6-d40fa62b76c2","subnet_id":"b5fa806c-35e7-4299-b659-b39398dd4718","security_group_id":"6e7e9fcd-4c1a-4b0e-8f4c-8a3a5d6f7e10","available_zones":["d573142f24894ef3bd3664de068b44b0"],"user_id":"7116d09f88fa41908676fdd4b039e95b","user_name":"IAMUser","storage_space":300,"ssl_enable":false,"enable_publicip":false,"broker_num":1,"product_id":"","enterprise_project_id":"0","tags":[],"maintain_begin":"02:00:00","maintain_end":"06:00:00","namesrv_address":"","broker_address":""}', 0);
DELETE FROM rocketmq_users;
INSERT INTO rocketmq_users (seq, instance, access_key, secret_key, white_remote_address, admin, default_topic_perm, default_group_perm, topic_perms, group_perms) VALUES
(1, 1, 'test_01', 'x1234567@', '', 0, 'SUB', 'DENY', '[]', '[]'),
(2, 1, 'order-service', 'Ord3r$ervice', '192.168.1.2,192.168.2.3', 0, 'DENY', 'DENY', '[{"name":"orders","perm":"PUB|SUB"},{"name":"refunds","perm":"PUB"}]', '[{"name":"order-workers","perm":"SUB"}]'),
(3, 1, 'mq_admin_root', 'Adm1n#Secret2024', '10.0.*.*', 1, 'PUB|SUB', 'SUB', '[]', '[]'),
(4, 1, 'reporting_ro', 'Report1ng_ro', '', 0, 'SUB', 'SUB', '[{"name":"salaries","perm":"DENY"}]', '[]'),
(5, 1, 'testRocketmqAK', 'testRocketmqSK123', '10.10.10.20', 0, 'SUB', 'PUB', '[]', '[]'),
(6, 1, 'payment-gateway', 'P@yment-2024!', '10.1.0.0/16', 0, 'DENY', 'DENY', '[{"name":"payments","perm":"PUB|SUB"},{"name":"payments-dlq","perm":"SUB"}]', '[{"name":"payment-workers","perm":"SUB"}]'),
(7, 1, 'inventory_sync', '1nventory_Sync', '172.16.0.*', 0, 'SUB', 'SUB', '[]', '[]'),
(8, 1, 'Zhang-Wei_01', 'Zh@ngWei01', '192.168.1.*', 0, 'PUB', 'DENY', '[{"name":"订单","perm":"PUB|SUB"},{"name":"退款-通知","perm":"DENY"}]', '[{"name":"订单消费组","perm":"SUB"}]'),
(9, 1, 'abbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', '64-Characters-Name', '*', 0, 'DENY', 'DENY', '[]', '[]'),
(10, 1, 'seven77', '`~!@#$%^&*aA1', '', 0, 'PUB|SUB', 'PUB|SUB', '[]', '[]'),
(11, 1, 'all_punctuation', '()-_=+\|[{}];:''",<.>/?aA1', '', 0, 'DENY', 'DENY', '[]', '[]'),
(12, 1, 'longest-secret', 'Abcdefghijklmnopqrstuvwxyz012345', '', 0, 'SUB', 'DENY', '[]', '[]'),
(13, 1, 'shortest-secret', 'Abcdef1!', '', 0, 'DENY', 'DENY', '[]', '[]'),
(14, 1, 'many-topics', 'M@nyT0pics', '', 0, 'DENY', 'DENY', '[{"name":"topic-01","perm":"SUB"},{"name":"topic-02","perm":"PUB|SUB"},{"name":"topic-03","perm":"DENY"},{"name":"topic-04","perm":"PUB"},{"name":"topic-05","perm":"SUB"},{"name":"topic-06","perm":"PUB|SUB"},{"name":"topic-07","perm":"DENY"},{"name":"topic-08","perm":"PUB"},{"name":"topic-09","perm":"SUB"},{"name":"topic-10","perm":"PUB|SUB"},{"name":"topic-11","perm":"DENY"},{"name":"topic-12","perm":"PUB"},{"name":"topic-13","perm":"SUB"},{"name":"topic-14","perm":"PUB|SUB"},{"name":"topic-15","perm":"DENY"},{"name":"topic-16","perm":"PUB"},{"name":"topic-17","perm":"SUB"},{"name":"topic-18","perm":"PUB|SUB"},{"name":"topic-19","perm":"DENY"},{"name":"topic-20","perm":"PUB"}]', '[]'),
(15, 1, 'emoji_topics', 'Em0ji-t0pics', '', 0, 'DENY', 'DENY', '[{"name":"🚀-launch","perm":"PUB"},{"name":"%RETRY%order-workers","perm":"SUB"},{"name":"a/b c","perm":"SUB"}]', '[{"name":"组😀","perm":"SUB"}]'),
(16, 1, 'second_admin', 'Admin-0nly-2', '', 1, 'DENY', 'DENY', '[{"name":"ignored-for-admins","perm":"DENY"}]', '[]'),
(17, 1, 'Test_01x', 'Case-Matt3rs', '', 0, 'SUB', 'DENY', '[]', '[]'),
(18, 1, 'test_01X', 'cAse-Matt3rs', '', 0, 'PUB', 'DENY', '[]', '[]'),
(19, 1, 'audit-logger', 'Aud1t-logger', '10.20.30.40,10.20.30.41,10.20.30.42', 0, 'SUB', 'SUB', '[]', '[]'),
(20, 1, 'stock-feed', 'St0ck-feed!', '192.*.*.*', 0, 'PUB', 'DENY', '[]', '[]'),
(21, 1, 'mail-sender', 'M4il-sender', '', 0, 'DENY', 'DENY', '[{"name":"mail","perm":"SUB"}]', '[{"name":"mail","perm":"SUB"}]'),
(22, 1, 'sms-sender', 'Sm5-sender#', '', 0, 'DENY', 'DENY', '[{"name":"sms","perm":"SUB"}]', '[{"name":"sms","perm":"SUB"}]'),
(23, 1, 'search-index', 'Se4rch-index', '172.16.1.10', 0, 'SUB', 'SUB', '[]', '[]'),
(24, 1, 'price-engine', 'Pr1ce-engine', '', 0, 'DENY', 'DENY', '[{"name":"prices","perm":"PUB"},{"name":"stock","perm":"SUB"}]', '[]'),
(25, 1, 'billing-batch', 'B1lling-batch', '', 0, 'DENY', 'DENY', '[{"name":"invoices","perm":"PUB|SUB"}]', '[]'),
(26, 1, 'dashboard', 'Dashb0ard!', '', 0, 'SUB', 'SUB', '[]', '[]'),
(27, 1, 'last-of-all', 'L4st-of-all', '', 0, 'DENY', 'DENY', '[]', '[]'),
(28, 2, 'basic-client', 'B4sic-client', '', 1, NULL, NULL, '[]', '[]'),
(29, 6, 'while-restarting', 'Rest4rting!', '', 0, 'SUB', 'DENY', '[]', '[]');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence (name, seq) VALUES
('qingcloud_clusters', 12),
('qingcloud_users', 59),
('qingcloud_jobs', 25),
('bytehouse_roles', 6),
('workspace_groups', 7),
('workspace_users', 43),
('aliyun_clusters', 23);
DELETE FROM workspace_groups;
INSERT INTO workspace_groups (seq, project_id, id, name, name_lower, create_time, description, realm_id, platform_type, group_dn, domain, total_desktops, parent, user_quantity) VALUES
(1, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6cb00001', 'design', 'design', 1676428025000, '设计组', '8a2c3f9579d240820179d51e6ca00000', 'LOCAL', '', 'local.com', 0, '', 3),
(2, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6cb00002', 'DomainUsers', 'domainusers', 1676428026000, '', '8a2c3f9579d240820179d51e6ca00000', 'AD', 'CN=DomainUsers,CN=Users,DC=local,DC=com', 'local.com', 0, '', 2),
(3, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6cb00003', '研发部', '研发部', 1677632400000, '研发部全体成员', '8a2c3f9579d240820179d51e6ca00000', 'LOCAL', '', 'local.com', 0, '', 8),
(4, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6cb00004', '客服中心 (Support)', '客服中心 (support)', 1677632401500, '24/7; phone, mail & chat', '8a2c3f9579d240820179d51e6ca00000', 'LOCAL', '', 'local.com', 0, '', 8),
(5, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6cb00005', 'empty', 'empty', 1677745800000, 'Nobody is in here', '8a2c3f9579d240820179d51e6ca00000', 'LOCAL', '', 'local.com', 0, '', 0),
(6, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6cb00006', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 1677745800001, '组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组组', '8a2c3f9579d240820179d51e6ca00000', 'LOCAL', '', 'local.com', 0, '', 1),
(7, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6cb00007', '"quoted" ''group'' %_\/', '"quoted" ''group'' %_\/', 1677801600000, '𠮷野家 😀', '8a2c3f9579d240820179d51e6ca00000', 'UOS', '', 'uos.example.com', 0, '', 1);
DELETE FROM workspace_members;
INSERT INTO workspace_members (group_seq, user_seq) VALUES
(1, 3),
(3, 6),
(4, 7),
(3, 10),
(4, 11),
(1, 14),
(3, 14),
(4, 15),
(3, 18),
(4, 19),
(3, 22),
(4, 23),
(3, 26),
(4, 27),
(3, 30),
(4, 31),
(2, 41),
(1, 42),
(2, 42),
(3, 42),
(4, 42),
(6, 42),
(7, 42);
DELETE FROM workspace_projects;
INSERT INTO workspace_projects (project_id, service, user_count, group_count) VALUES
('0bec5db98280d2d02fd6c00c2de791ce', 'opened', 43, 7);
DELETE FROM workspace_users;
INSERT INTO workspace_users (seq, project_id, id, user_name, user_name_lower, user_email, user_phone, active_type, is_pre_user, account_expires, password_never_expired, enable_change_password, next_login_change_password, description, description_lower, locked, disabled, total_desktops, share_space_subscription, share_space_desktops, enterprise_project_id, user_info_map, domain, when_created) VALUES
(1, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0001', 'api-test', 'api-test', 'test@huawei.com', '', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '', '', 0, 0, 0, 0, 0, '0', '', 'local.com', 1622749411000),
(2, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0002', 'api-test2', 'api-test2', 'test@huawei.com', '', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '', '', 0, 0, 0, 0, 0, '0', '', 'local.com', 1622749412000),
(3, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0003', 'zhangsan', 'zhangsan', 'zhangsan@example.com', '+8613800000003', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '研发部 张三', '研发部 张三', 0, 0, 1, 0, 0, '0', '', 'local.com', 1622768400000),
(4, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0004', 'ops.admin', 'ops.admin', '', '', 'ADMIN_ACTIVATE', 0, 0, 1, 1, 1, '', '', 1, 0, 0, 0, 0, '0', '', 'local.com', 1622768401000),
(5, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0005', 'temp_contractor', 'temp_contractor', 'temp@example.com', '', 'USER_ACTIVATE', 0, 1609459200000, 0, 1, 1, '', '', 0, 1, 0, 0, 0, '0', '', 'local.com', 1606780800000),
(6, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0006', 'lisi', 'lisi', 'lisi@example.com', '+8613800000006', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '研发部 李四', '研发部 李四', 0, 0, 1, 0, 0, '0', '', 'local.com', 1640995200000),
(7, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0007', 'wangwu', 'wangwu', 'wangwu@example.com', '', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '客服中心 王五', '客服中心 王五', 0, 0, 0, 0, 0, '0', '', 'local.com', 1641085620000),
(8, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0008', 'zhaoliu', 'zhaoliu', 'zhaoliu@example.com', '+8613800000008', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '市场部 赵六', '市场部 赵六', 0, 0, 0, 0, 0, '0', '', 'local.com', 1641176040000),
(9, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0009', 'sunqi', 'sunqi', 'sunqi@example.com', '', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '行政部 孙七', '行政部 孙七', 1, 0, 0, 0, 0, '0', '', 'local.com', 1643944860000),
(10, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf000a', 'zhouba', 'zhouba', '', '+8613800000010', 'ADMIN_ACTIVATE', 0, 0, 0, 1, 0, '研发部 周八', '研发部 周八', 0, 0, 0, 0, 0, '0', '', 'local.com', 1644035280000),
(11, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf000b', 'wujiu', 'wujiu', 'wujiu@example.com', '', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '客服中心 吴九', '客服中心 吴九', 0, 0, 0, 0, 0, '7c9a1b52-8f1e-4d0a-9a4b-2f6f3f3c9e10', '', 'local.com', 1644125700000),
(12, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf000c', 'zhengshi', 'zhengshi', 'zhengshi@example.com', '+8613800000012', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '市场部 郑十', '市场部 郑十', 0, 0, 1, 0, 0, '0', '', 'local.com', 1646635320000),
(13, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf000d', 'chenxi', 'chenxi', 'chenxi@example.com', '', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '行政部 陈曦', '行政部 陈曦', 0, 0, 0, 0, 0, '0', '', 'local.com', 1646725740000),
(14, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf000e', 'huangmin', 'huangmin', 'huangmin@example.com', '+8613800000014', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '研发部 黄敏', '研发部 黄敏', 0, 0, 0, 0, 0, '0', '', 'local.com', 1646816160000),
(15, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf000f', 'linfeng', 'linfeng', 'linfeng@example.com', '', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '客服中心 林峰', '客服中心 林峰', 0, 0, 0, 0, 0, '0', '', 'local.com', 1649581380000),
(16, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0010', 'guoqiang', 'guoqiang', 'guoqiang@example.com', '+8613800000016', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '市场部 郭强', '市场部 郭强', 1, 0, 0, 0, 0, '0', '', 'local.com', 1649671800000),
(17, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0011', 'heli', 'heli', 'heli@example.com', '', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '行政部 何丽', '行政部 何丽', 0, 0, 0, 0, 0, '0', '', 'local.com', 1649762220000),
(18, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0012', 'luoyan', 'luoyan', 'luoyan@example.com', '+8613800000018', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '研发部 罗燕', '研发部 罗燕', 0, 0, 1, 0, 0, '0', '', 'local.com', 1652444640000),
(19, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0013', 'songtao', 'songtao', '', '', 'ADMIN_ACTIVATE', 0, 0, 0, 1, 0, '客服中心 宋涛', '客服中心 宋涛', 0, 0, 0, 0, 0, '7c9a1b52-8f1e-4d0a-9a4b-2f6f3f3c9e10', '', 'local.com', 1652535060000),
(20, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0014', 'xiejun', 'xiejun', 'xiejun@example.com', '+8613800000020', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '市场部 谢军', '市场部 谢军', 0, 0, 0, 0, 0, '0', '', 'local.com', 1652625480000),
(21, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0015', 'tangwei', 'tangwei', 'tangwei@example.com', '', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '行政部 唐伟', '行政部 唐伟', 0, 0, 0, 0, 0, '0', '', 'local.com', 1655394300000),
(22, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0016', 'fengxue', 'fengxue', 'fengxue@example.com', '+8613800000022', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '研发部 冯雪', '研发部 冯雪', 0, 0, 0, 0, 0, '0', '', 'local.com', 1655484720000),
(23, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0017', 'dongfang', 'dongfang', 'dongfang@example.com', '', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '客服中心 董方', '客服中心 董方', 1, 0, 0, 0, 0, '0', '', 'local.com', 1655575140000),
(24, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0018', 'yuanmei', 'yuanmei', 'yuanmei@example.com', '+8613800000024', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '市场部 袁梅', '市场部 袁梅', 0, 0, 1, 0, 0, '0', '', 'local.com', 1658253960000),
(25, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0019', 'pengfei', 'pengfei', 'pengfei@example.com', '', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '行政部 彭飞', '行政部 彭飞', 0, 0, 0, 0, 0, '0', '', 'local.com', 1658344380000),
(26, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf001a', 'caojie', 'caojie', 'caojie@example.com', '+8613800000026', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '研发部 曹杰', '研发部 曹杰', 0, 0, 0, 0, 0, '0', '', 'local.com', 1658434800000),
(27, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf001b', 'dengchao', 'dengchao', 'dengchao@example.com', '', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '客服中心 邓超', '客服中心 邓超', 0, 0, 0, 0, 0, '7c9a1b52-8f1e-4d0a-9a4b-2f6f3f3c9e10', '', 'local.com', 1661203620000),
(28, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf001c', 'zenghua', 'zenghua', '', '+8613800000028', 'ADMIN_ACTIVATE', 0, 0, 0, 1, 0, '市场部 曾华', '市场部 曾华', 0, 0, 0, 0, 0, '0', '', 'local.com', 1661294040000),
(29, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf001d', 'xiaohan', 'xiaohan', 'xiaohan@example.com', '', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '行政部 肖涵', '行政部 肖涵', 0, 0, 0, 0, 0, '0', '', 'local.com', 1661384460000),
(30, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf001e', 'tianlei', 'tianlei', 'tianlei@example.com', '+8613800000030', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '研发部 田雷', '研发部 田雷', 1, 0, 1, 0, 0, '0', '', 'local.com', 1664066880000),
(31, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf001f', 'renping', 'renping', 'renping@example.com', '', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '客服中心 任萍', '客服中心 任萍', 0, 0, 0, 0, 0, '0', '', 'local.com', 1664157300000),
(32, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0020', 'expires_later', 'expires_later', 'later@example.com', '', 'USER_ACTIVATE', 0, 4102444800000, 0, 1, 1, 'account_expires in 2100', 'account_expires in 2100', 0, 0, 0, 0, 0, '0', '', 'local.com', 1672531200000),
(33, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0021', 'pre_created', 'pre_created', 'pre@example.com', '', 'USER_ACTIVATE', 1, 0, 0, 1, 1, '', '', 0, 0, 0, 0, 0, '0', '', 'local.com', 1672531200001),
(34, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0022', 'fixed_password', 'fixed_password', '', '+8613900000001', 'USER_ACTIVATE', 0, 0, 1, 0, 0, '', '', 0, 0, 0, 0, 0, '0', '', 'local.com', 1672617600000),
(35, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0023', 'shares_desktops', 'shares_desktops', 'share@example.com', '', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '', '', 0, 0, 3, 1, 2, '0', '', 'local.com', 1672617601000),
(36, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0024', 'MixedCase.Name', 'mixedcase.name', 'Mixed.Case@Example.COM', '', 'USER_ACTIVATE', 0, 0, 0, 1, 1, 'Filters see MIXED case, ÄÖÜ and ΣΊΣΥΦΟΣ alike', 'filters see mixed case, äöü and σίσυφοσ alike', 0, 0, 0, 0, 0, '0', '', 'local.com', 1672704000000),
(37, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0025', 'n', 'n', 'n@e.x', '', 'USER_ACTIVATE', 0, 0, 0, 1, 1, 'the shortest name', 'the shortest name', 0, 0, 0, 0, 0, '0', '', 'local.com', 1672704001000),
(38, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0026', 'name-of-20.character', 'name-of-20.character', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.com', '+86 (138) 0000-00001', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描', '描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描描', 0, 0, 0, 0, 0, '0', '', 'local.com', 1672704002000),
(39, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0027', 'punctuated', 'punctuated', '_@a-b_c.example.com', '', 'USER_ACTIVATE', 0, 0, 0, 1, 1, 'a "quote", a \ backslash, 100%_ & <tags>; ''x'' ~!@*()=:,? 	 tab', 'a "quote", a \ backslash, 100%_ & <tags>; ''x'' ~!@*()=:,? 	 tab', 0, 0, 0, 0, 0, '0', '', 'local.com', 1672704003000),
(40, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0028', 'emoji', 'emoji', 'emoji@example.com', '', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '𠮷野家 😀👩‍💻 four bytes each', '𠮷野家 😀👩‍💻 four bytes each', 0, 0, 0, 0, 0, '0', '', 'local.com', 1672704004000),
(41, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf0029', 'mapped', 'mapped', 'mapped@example.com', '', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '', '', 0, 0, 0, 0, 0, '0', '{"level":"gold"}', 'corp.example.com', 1672704005000),
(42, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf002a', 'in_every_group', 'in_every_group', 'groups@example.com', '', 'USER_ACTIVATE', 0, 0, 0, 1, 1, '', '', 0, 0, 0, 0, 0, '0', '', 'local.com', 1672704006000),
(43, '0bec5db98280d2d02fd6c00c2de791ce', '8a2c3f9579d240820179d51e6caf002b', 'locked_and_disabled', 'locked_and_disabled', 'ld@example.com', '', 'USER_ACTIVATE', 0, 1704067199999, 0, 1, 1, '', '', 1, 1, 0, 0, 0, '0', '', 'local.com', 1672704007000);
